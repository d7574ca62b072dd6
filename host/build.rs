//! Compiles the rules in plugins/ for wasm32, makes components of them, compiles those to native code with the wasmtime
//! that the host links, has each describe itself, and embeds all three. It installs nothing: `scripts/wasm-target.sh`
//! does.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, anyhow, bail, ensure};
use keyreeve_contract::sandbox::{self, Exports};
use sha2::{Digest, Sha256};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

#[path = "src/rules/config.rs"]
mod config;
const WASM: &str = "wasm32-unknown-unknown";

/// A toolchain that can compile for [`WASM`].
enum Toolchain {
    /// The active one, which has the target installed.
    Active,
    /// A distribution's, whose standard library is built as well; with the linker that it lacks.
    Sources { linker: PathBuf },
}

fn main() -> Result<()> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("..").canonicalize()?;
    let out = PathBuf::from(variable("OUT_DIR")?);
    let target = variable("TARGET")?;
    for watched in ["plugins", "wit", "Cargo.lock", "host/src/rules/config.rs", "host/build.rs"] {
        println!("cargo::rerun-if-changed={}", root.join(watched).display());
    }
    println!("cargo::rustc-env=KEYREEVE_TARGET={target}");

    let rules = rules(&root.join("plugins"))?;
    let modules = compile(&root, &out.join("rules"), &rules)?;
    let host = variable("HOST")?;
    let engines = [&target, &host].map(|triple| engine(triple).map_err(|error| anyhow!("{error:#}")));
    let [compiling, running] = engines;
    let (compiling, running) = (compiling?, running?);
    let mut table = String::from("&[\n");
    for id in &rules {
        let module = fs::read(modules.join(format!("{}.wasm", id.replace('-', "_"))))?;
        let component = component(&module).with_context(|| format!("the rule {id} is no component"))?;
        let described =
            describe(&running, &component).with_context(|| format!("the rule {id} does not describe itself"))?;
        let native = match target == host {
            true => described.native,
            false => compiling.precompile_component(&component).map_err(|error| anyhow!("{error:#}"))?,
        };
        fs::write(out.join(format!("{id}.wasm")), &component)?;
        fs::write(out.join(format!("{id}.cwasm")), &native)?;
        fs::write(out.join(format!("{id}.json")), &described.info)?;
        let sha256: String = Sha256::digest(&component).iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(
            table,
            "    BuiltIn {{ id: {id:?}, sha256: {sha256:?}, exports: &{:?}, \
             info: include_str!(concat!(env!(\"OUT_DIR\"), \"/{id}.json\")), \
             component: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{id}.wasm\")), \
             native: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{id}.cwasm\")) }},",
            described.exports
        )?;
    }
    fs::write(out.join("built_in.rs"), table + "]\n")?;
    Ok(())
}

/// The ids of the built-in rules: each has a folder in plugins/; the author's kit is not a rule.
fn rules(plugins: &Path) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for entry in fs::read_dir(plugins)? {
        let name = entry?.file_name().into_string().ok().context("a folder in plugins/ is not UTF-8")?;
        if name != "sdk" && plugins.join(&name).join("Cargo.toml").exists() {
            ids.push(name);
        }
    }
    ensure!(!ids.is_empty(), "no rule in {}", plugins.display());
    ids.sort();
    Ok(ids)
}

/// Builds all rules with a cargo of their own, and returns the folder of their core modules.
fn compile(root: &Path, target_dir: &Path, rules: &[String]) -> Result<PathBuf> {
    let mut cargo = match toolchain()? {
        Toolchain::Active => Command::new(variable("CARGO")?),
        Toolchain::Sources { linker } => {
            let mut cargo = Command::new("/usr/bin/cargo");
            cargo.args(["-Zbuild-std=std,panic_abort"]);
            cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
            cargo
        }
    };
    clear_environment(&mut cargo);
    if cargo.get_program() == "/usr/bin/cargo" {
        cargo.env("RUSTC", "/usr/bin/rustc");
    }
    cargo.current_dir(root).args(["build", "--locked", "--profile", "rule", "--target", WASM, "--target-dir"]);
    cargo.arg(target_dir);
    for id in rules {
        cargo.args(["--package", id]);
    }
    let status = cargo.status().context("cargo could not be run for the rules in plugins/")?;
    ensure!(status.success(), "the rules in plugins/ do not compile for {WASM}");
    Ok(target_dir.join(WASM).join("rule"))
}

/// Removes the variables that the outer cargo has set for this build script and that would mislead the inner one.
fn clear_environment(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let Some(name) = name.to_str() else { continue };
        let ours = name.starts_with("CARGO_")
            && name != "CARGO_HOME"
            && !name.starts_with("CARGO_NET_")
            && !name.starts_with("CARGO_HTTP_")
            || name.starts_with("RUSTFLAGS")
            || matches!(
                name,
                "RUSTC" | "RUSTDOC" | "RUSTC_WRAPPER" | "RUSTC_WORKSPACE_WRAPPER" | "RUSTC_LINKER" | "RUSTUP_TOOLCHAIN"
            )
            || name.starts_with("CLIPPY_");
        if ours && !name.starts_with("CARGO_TARGET_WASM32") {
            command.env_remove(name);
        }
    }
}

fn toolchain() -> Result<Toolchain> {
    let rustc = variable("RUSTC")?;
    if let Some(libdir) = print(&rustc, &["--print", "target-libdir", "--target", WASM]) {
        let installed = fs::read_dir(libdir).into_iter().flatten().flatten();
        if installed.map(|entry| entry.file_name()).any(|name| name.to_string_lossy().starts_with("libcore-")) {
            return Ok(Toolchain::Active);
        }
    }
    let sysroot = print("/usr/bin/rustc", &["--print", "sysroot"]);
    if sysroot.is_some_and(|sysroot| Path::new(&sysroot).join("lib/rustlib/src/rust/library/std/Cargo.toml").exists()) {
        return Ok(Toolchain::Sources { linker: linker(&rustc)? });
    }
    bail!("nothing here can compile for {WASM}: run scripts/wasm-target.sh, which says or installs what is missing")
}

/// The linker for WebAssembly that the active toolchain brings, or else LLVM's own.
fn linker(rustc: &str) -> Result<PathBuf> {
    let sysroot = print(rustc, &["--print", "sysroot"]).context("rustc does not name its sysroot")?;
    let bundled = Path::new(&sysroot).join("lib/rustlib").join(variable("HOST")?).join("bin/rust-lld");
    if bundled.exists() {
        return Ok(bundled);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder| folder.join("wasm-ld"))
        .find(|path| path.exists())
        .context("no rust-lld beside rustc and no wasm-ld on PATH: install lld")
}

fn print(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn engine(target: &str) -> wasmtime::Result<Engine> {
    Engine::new(&config::config(target)?)
}

/// A rule's description: it is asked for once here, so that no run has to load a rule that it does not call.
struct Described {
    /// Its native code for the machine that builds.
    native: Vec<u8>,
    /// The names of what it exports.
    exports: Vec<String>,
    /// Its description of itself, as JSON.
    info: String,
}

/// A panic of a rule while it describes itself is an error of the build.
struct Panics(Vec<String>);

impl Panics {
    #[expect(clippy::unnecessary_wraps, reason = "what a rule calls may end it")]
    fn panic(&mut self, message: String) -> wasmtime::Result<()> {
        self.0.push(message);
        Ok(())
    }
}

fn describe(engine: &Engine, component: &[u8]) -> Result<Described> {
    let mut store = Store::new(engine, Panics(Vec::new()));
    let answer = ask(engine, component, &mut store);
    answer.map_err(|error| anyhow!("{error:#} {}", store.data().0.join(" ")))
}

fn ask(engine: &Engine, component: &[u8], store: &mut Store<Panics>) -> wasmtime::Result<Described> {
    let component = Component::new(engine, component)?;
    let mut linker = Linker::new(engine);
    sandbox::add_diagnostics(&mut linker, Panics::panic)?;
    store.set_fuel(u64::MAX)?;
    // No clock ticks here.
    store.set_epoch_deadline(1);
    let instance = linker.instantiate(&mut *store, &component)?;
    let describe = Exports::find(&component, &[])?.describe(store, &instance)?;
    let (info,) = describe.call(&mut *store, ())?;
    let info = serde_json::to_string(&info).map_err(wasmtime::Error::new)?;
    let exports = component.component_type().exports(engine).map(|(name, _)| name.to_owned()).collect();
    Ok(Described { native: component.serialize()?, exports, info })
}

fn component(module: &[u8]) -> Result<Vec<u8>> {
    wit_component::ComponentEncoder::default().validate(true).module(module)?.encode()
}

fn variable(name: &str) -> Result<String> {
    env::var(name).with_context(|| format!("cargo has not set {name}"))
}
