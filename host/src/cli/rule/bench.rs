//! `keyreeve rule bench`: what a rule takes, as a table. The measuring is the library's.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use keyreeve::kit::bench::{Loading, Measurement, load, measure};
use keyreeve::report::Exit;
use keyreeve::report::escape::visible_lines;
use keyreeve::rules::judge::CHUNK;

use super::inspect::thousands;
use crate::cli::output::{self, Terminal};
use crate::cli::setup;

pub(super) const EXAMPLES: &str = "\
Example:
  keyreeve rule bench owned-keys.wasm --facts 100

The facts are samples such as a scan finds. Fuel is what limits a call, and the same on every
machine; times are medians of several runs on this one. A call that goes beyond its fuel judges
nothing, and the scan is then incomplete.";

/// Which rule, and with how much.
#[derive(clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The component.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Facts of a call: from 1 to 1024, which is the most that a scan hands over at once.
    #[arg(long, value_name = "N", default_value_t = CHUNK as u64, value_parser = clap::value_parser!(u64).range(1..=CHUNK as u64))]
    facts: u64,
}

pub(super) fn run(arguments: &Arguments, _: &Terminal) -> Result<Exit> {
    let engine = setup::engine()?;
    let loader = setup::loader(&engine, setup::cache(&setup::repository()))?;
    let (rule, loading) = load(&loader, &arguments.file)?;
    let name = arguments.file.display();
    output::print(&visible_lines(&format!("{} {}, {name}\n", rule.info.id, rule.info.version)))?;
    output::print(&format!("{}\n\n", loaded(loading, loader.cache.is_some())))?;
    let measurements = measure(&engine, &rule, arguments.facts as usize)
        .with_context(|| format!("{name} fails when it is called, see `keyreeve rule inspect {name}`"))?;
    output::print(&table(&measurements))?;
    Ok(Exit::Clean)
}

fn loaded(loading: Loading, is_kept: bool) -> String {
    let how = match (loading.cached, is_kept) {
        (true, _) => "its native code was in the cache",
        (false, true) => "compiled now, and kept in the cache for the next run",
        (false, false) => "compiled now, and there is no cache to keep it in",
    };
    format!("loaded in {}: {how}", time(loading.time))
}

fn table(measurements: &[Measurement]) -> String {
    let mut table = String::new();
    for measured in measurements {
        let full = measured.full;
        let row = |what: &str, time: &str, fuel: &str| format!("  {what:<22} {time:>12} {fuel:>16}\n");
        table += &format!("{:<24} {:>12} {:>16}\n", measured.kind.interface(), "TIME", "FUEL");
        table += &row("instantiating", &time(full.instantiating), "");
        table += &match measured.empty {
            Some(empty) => row("a call without facts", &time(empty.whole), &thousands(empty.fuel)),
            None => row("a call without facts", "fails", ""),
        };
        table += &row(&format!("a call with {}", measured.facts), &time(full.whole), &thousands(full.fuel));
        let each = Duration::from_nanos(u64::try_from(measured.nanoseconds_per_fact()).unwrap_or(u64::MAX));
        table += &row("each fact", &time(each), &thousands(measured.fuel_per_fact()));
        let share = full.fuel as f64 / measured.most() as f64 * 100.0;
        table += &row("at most", "", &thousands(measured.most()));
        table += &format!("  which leaves {:.1} % of the fuel\n", 100.0 - share);
    }
    table
}

/// A time with three digits.
fn time(time: Duration) -> String {
    match time.as_nanos() {
        nanoseconds @ ..1_000 => format!("{nanoseconds} ns"),
        nanoseconds @ ..1_000_000 => format!("{:.1} µs", nanoseconds as f64 / 1e3),
        nanoseconds @ ..1_000_000_000 => format!("{:.1} ms", nanoseconds as f64 / 1e6),
        nanoseconds => format!("{:.2} s", nanoseconds as f64 / 1e9),
    }
}
