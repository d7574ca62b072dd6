//! Which files of the tree an include means, and what an include could bring that means none of them. It reads no
//! files: only sources of the scan are ever read.
//!
//! A relative include is relative to the folder of the main configuration (nginx: the conf prefix). An absolute one
//! names a path on the target machine. It is searched in this order: where the scanned tree itself lies; below each
//! folder above the main configuration (`deploy/etc/nginx/…` for `/etc/nginx/…`); and, if it starts with one of nginx's
//! usual configuration folders, beside the main configuration. The first place with a match counts. `sites-enabled`
//! holds links into `sites-available`, and repositories often leave them to the deployment: if nothing matches there,
//! the available sites are taken.

use std::borrow::Cow;

use keyreeve_source::budget::Work;
use keyreeve_source::{Location, SourceId};

use crate::ledger::CutShort;

use super::files::{FileId, Files, LONGEST_PATH};
use super::glob;

/// Where includes are searched.
#[derive(Clone, Copy)]
pub(super) enum Base<'a> {
    /// In the tree, from a main configuration in this folder.
    Folder(&'a str),
    /// In the tree, from a fragment in this folder; the main configuration lies in this folder or above.
    Above(&'a str),
    /// In a dump, from a main configuration in this absolute folder.
    Dump(&'a str),
}

/// Configuration folders of nginx's packages and of its own build, and OpenResty's.
const PREFIXES: [&str; 7] = [
    "/etc/nginx/",
    "/usr/local/nginx/conf/",
    "/usr/local/etc/nginx/",
    "/opt/nginx/conf/",
    "/opt/homebrew/etc/nginx/",
    "/usr/local/openresty/nginx/conf/",
    "/etc/openresty/",
];

/// The files that an include names, given the source that it stands in, in the order in which nginx reads them.
pub(super) fn resolve(files: &Files<'_>, base: Base<'_>, at: Location, pattern: &str) -> Result<Vec<FileId>, CutShort> {
    let found = look(files, base, at, pattern)?;
    if found.is_empty() && pattern.contains("sites-enabled/") {
        return look(files, base, at, &pattern.replace("sites-enabled/", "sites-available/"));
    }
    Ok(found)
}

fn look(files: &Files<'_>, base: Base<'_>, at: Location, pattern: &str) -> Result<Vec<FileId>, CutShort> {
    files.ledger.pay_to_follow(Work::Configuration, base.cost(pattern), at)?;
    if let Base::Dump(folder) = base {
        let absolute =
            if pattern.starts_with('/') { Some(Cow::from(pattern)) } else { join(folder, pattern).map(Cow::from) };
        return absolute.map_or_else(|| Ok(Vec::new()), |pattern| files.matching_in_dump(at.source, &pattern, at));
    }
    for candidate in candidates(base, files.root_of(at.source), pattern) {
        let found = files.matching(&candidate, at)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

impl Base<'_> {
    /// How many bytes all patterns have that are tried for an include.
    fn cost(self, pattern: &str) -> usize {
        let (Self::Folder(folder) | Self::Above(folder) | Self::Dump(folder)) = self;
        (folder.matches('/').count() + 3) * (folder.len() + pattern.len() + 1)
    }
}

/// Whether a pattern that names no file in the tree is known to name none on the machine either: its folder has other
/// files in the tree, or it stands in a dump, which shows everything that nginx read.
pub(super) fn is_known_empty(files: &Files<'_>, base: Base<'_>, from: SourceId, pattern: &str) -> bool {
    if !glob::has_wildcard(pattern) || pattern.len() >= LONGEST_PATH {
        return false;
    }
    match base {
        Base::Dump(_) => true,
        _ => candidates(base, files.root_of(from), pattern).iter().any(|pattern| {
            let folder = folder(pattern);
            !folder.is_empty() && !glob::has_wildcard(folder) && files.has_folder(folder)
        }),
    }
}

/// The patterns to try, relative to the tree.
fn candidates(base: Base<'_>, root: Option<&str>, pattern: &str) -> Vec<String> {
    let (folder, mains): (&str, Vec<&str>) = match base {
        Base::Folder(folder) | Base::Dump(folder) => (folder, vec![folder]),
        Base::Above(folder) => (folder, upwards(folder).collect()),
    };
    let Some(absolute) = pattern.strip_prefix('/') else {
        return mains.iter().filter_map(|main| join(main, pattern)).collect();
    };
    let scanned = root.and_then(|root| pattern.strip_prefix(root)?.strip_prefix('/')).map(|rest| join("", rest));
    let below = upwards(folder).map(|above| join(above, absolute));
    let tail = PREFIXES.iter().find_map(|prefix| pattern.strip_prefix(prefix));
    let beside = tail.into_iter().flat_map(|tail| mains.iter().map(move |main| join(main, tail)));
    scanned.into_iter().chain(below).chain(beside).flatten().collect()
}

/// A folder and those above it, nearest first, down to the root of the tree.
fn upwards(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| {
        (!folder.is_empty()).then(|| folder.rfind('/').map_or("", |slash| &folder[..slash]))
    })
}

/// The path with `.` and `..` resolved. Returns `None` if it leaves the tree.
fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let rooted = if folder.starts_with('/') { "/" } else { "" };
    Some(format!("{rooted}{}", parts.join("/")))
}

/// The folder of a path; empty for one at the root of the tree.
pub(super) fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..slash])
}

/// Where an include stands, as far as that decides what the included file can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// Outside every block.
    Main,
    /// Directly in `http`, `stream` or `mail`.
    Group,
    /// Directly in a `server`.
    Server,
    /// In a `location`, or an `if` or `limit_except`.
    Location,
    /// In any other block: `types`, `map`, `upstream`, `events`.
    Other,
}

/// What an include outside of the tree could bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Nothing that concerns TLS.
    Nothing,
    /// Further servers or locations, but nothing for those around it.
    Blocks,
    /// Directives that apply to the block around it.
    Settings,
}

/// What an include that names no file of the tree could bring.
///
/// Outside of every block TLS cannot be set. Files that come with nginx and whose names say what they are for bring
/// nothing. A pattern over a folder whose name says that it holds sites brings blocks: nginx accepts it if it matches
/// nothing. Anything else, `conf.d/*.conf` included, may set whatever is allowed there.
pub(super) fn reach(context: Context, pattern: &str) -> Reach {
    const HARMLESS: [&str; 9] = [
        "mime.types",
        "fastcgi_params",
        "fastcgi.conf",
        "uwsgi_params",
        "scgi_params",
        "proxy_params",
        "koi-utf",
        "koi-win",
        "win-utf",
    ];
    let file = pattern.rsplit('/').next().unwrap_or(pattern);
    let folder_name = folder(pattern).rsplit('/').next().unwrap_or_default();
    let sites = ["sites", "vhost", "servers", "stream", "default.d"].iter().any(|part| folder_name.contains(part));
    match context {
        Context::Main | Context::Other => Reach::Nothing,
        _ if HARMLESS.contains(&file) || file.ends_with("mime.types") => Reach::Nothing,
        _ if glob::has_wildcard(file) && (sites || folder_name == "modules-enabled") => Reach::Blocks,
        _ => Reach::Settings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absolute_include_is_looked_for_below_and_beside() {
        let found = candidates(Base::Folder("deploy/etc/nginx"), None, "/etc/nginx/conf.d/*.conf");
        assert_eq!(
            found,
            [
                "deploy/etc/nginx/etc/nginx/conf.d/*.conf",
                "deploy/etc/etc/nginx/conf.d/*.conf",
                "deploy/etc/nginx/conf.d/*.conf",
                "etc/nginx/conf.d/*.conf",
                "deploy/etc/nginx/conf.d/*.conf",
            ]
        );
        assert_eq!(candidates(Base::Folder("web"), Some("/srv/repo"), "/srv/repo/a.conf")[0], "a.conf");
    }

    #[test]
    fn a_fragment_looks_upwards_and_nothing_leaves_the_tree() {
        assert_eq!(
            candidates(Base::Above("a/b"), None, "snippets/x"),
            ["a/b/snippets/x", "a/snippets/x", "snippets/x"]
        );
        assert_eq!(candidates(Base::Folder("a"), None, "../../x"), Vec::<String>::new());
        assert_eq!(candidates(Base::Folder("a"), None, ".././x"), ["x"]);
    }
}
