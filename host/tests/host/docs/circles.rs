//! Tests that within a crate of host/ no more than three files use each other in a circle: files in a larger circle
//! cannot be read one after the other. The directions between crates are enforced by Cargo.
//!
//! A file uses another if a `use` in it leads there, through any re-exports, or a path that begins with `crate` or
//! `super`. Tests do not count, nor does a module that calls one of its own submodules by its name (`json::write`),
//! since that is how it is composed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::markdown::root;

/// Most files in a circle.
const MOST: usize = 3;

#[test]
fn files_use_each_other_in_small_circles_only() {
    let mut crates = vec![root().join("host")];
    crates.extend(fs::read_dir(root().join("host/crates")).unwrap().map(|entry| entry.unwrap().path()));
    assert!(crates.len() > 5, "the crates are not found");
    let mut found = BTreeSet::new();
    for folder in crates {
        let name = folder.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let mut files = BTreeMap::new();
        read(&folder.join("src"), "", &mut files);
        found.extend(
            circles(&files).into_iter().filter(|circle| circle.len() > MOST).map(|circle| (name.clone(), circle)),
        );
    }
    assert!(found.is_empty(), "these files use each other in a circle, so none can be understood first: {found:#?}");
}

/// The Rust files below a folder, by their paths in it.
fn read(folder: &Path, before: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), format!("{before}{}", entry.file_name().to_str().unwrap()));
        if path.is_dir() {
            read(&path, &format!("{name}/"), files);
        } else if name.ends_with(".rs") && name != "main.rs" {
            files.insert(name, fs::read_to_string(path).unwrap());
        }
    }
}

/// A module by the names that lead to it from the root of its crate.
type Module = Vec<String>;

/// What a file says of others.
#[derive(Default)]
struct File {
    /// Its path in the folder of sources.
    path: String,
    /// The paths that it names, those of `use` among them.
    names: Vec<Vec<String>>,
    /// What `use` calls which path, for others to reach it through this file.
    handed_on: BTreeMap<String, Vec<String>>,
}

/// The circles among files: each time those that lead to each other, by their paths.
fn circles(files: &BTreeMap<String, String>) -> Vec<BTreeSet<String>> {
    let (mut modules, mut tests) = (BTreeMap::<Module, File>::new(), Vec::new());
    for (path, text) in files {
        let module = module(path);
        let code = without_tests(&plain(text), |inner| tests.push([&module[..], &[inner.to_owned()]].concat()));
        let (uses, others) = split(&flat(&code));
        let mut file = File { path: path.clone(), ..File::default() };
        for (path, name) in uses.iter().flat_map(|tree| leaves(tree)) {
            file.handed_on.insert(name, path.clone());
            file.names.push(path);
        }
        file.names.extend(paths(&others));
        modules.insert(module, file);
    }
    modules.retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
    let used: BTreeMap<&Module, BTreeSet<Module>> = modules
        .iter()
        .map(|(module, file)| (module, file.names.iter().filter_map(|path| target(&modules, module, path)).collect()))
        .collect();
    let reached: BTreeMap<&Module, BTreeSet<Module>> =
        modules.keys().map(|module| (module, reach(&used, module))).collect();
    let mut circles = BTreeSet::new();
    for (module, reached_of) in &reached {
        let circle = reached_of.iter().filter(|other| reached[*other].contains(*module));
        circles.insert(circle.map(|member| modules[member].path.clone()).collect::<BTreeSet<String>>());
    }
    circles.into_iter().filter(|circle| circle.len() > 1).collect()
}

/// All modules that one leads to, over however many others.
fn reach(used: &BTreeMap<&Module, BTreeSet<Module>>, from: &Module) -> BTreeSet<Module> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(module) = open.pop() {
        for next in &used[module] {
            if reached.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    reached
}

/// `report/mod.rs` and `report.rs` are the module report; `lib.rs` is the root.
fn module(path: &str) -> Module {
    let mut names: Module = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    names.pop_if(|name| ["mod", "lib"].contains(&name.as_str()));
    names
}

/// Where a path leads that stands in a module: to another file, if it is one of this crate.
fn target(modules: &BTreeMap<Module, File>, from: &Module, path: &[String]) -> Option<Module> {
    let (base, rest) = start(modules, from, path)?;
    let found = follow(modules, base, rest, 0);
    (found != *from && modules.contains_key(&found)).then_some(found)
}

/// The module that a path begins in, and what of the path is left; nothing for a path into another crate.
fn start<'p>(modules: &BTreeMap<Module, File>, from: &Module, path: &'p [String]) -> Option<(Module, &'p [String])> {
    let mut base = from.clone();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => (base, rest) = (Module::new(), &path[1..]),
        "self" => rest = &path[1..],
        "super" => {}
        first => {
            base.push(first.to_owned());
            return modules.contains_key(&base).then_some((base, &path[1..]));
        }
    }
    while let Some(("super", after)) = rest.split_first().map(|(first, after)| (first.as_str(), after)) {
        base.pop()?;
        rest = after;
    }
    Some((base, rest))
}

/// The module in which the last name of a path stands: through modules, and through what they hand on.
fn follow(modules: &BTreeMap<Module, File>, mut base: Module, mut rest: &[String], depth: usize) -> Module {
    while let Some((first, after)) = rest.split_first() {
        let inner = [&base[..], std::slice::from_ref(first)].concat();
        if !modules.contains_key(&inner) {
            break;
        }
        (base, rest) = (inner, after);
    }
    let handed_on = rest.first().and_then(|first| modules.get(&base)?.handed_on.get(first));
    // A name that two files hand to each other leads nowhere.
    let Some(path) = handed_on.filter(|_| depth < 16) else { return base };
    match start(modules, &base, path) {
        Some((from, inner)) => follow(modules, from, &[inner, &rest[1..]].concat(), depth + 1),
        None => base,
    }
}

/// The code without comments, and without what is in texts and characters.
fn plain(text: &str) -> String {
    let (mut code, mut rest) = (String::new(), text);
    while let Some(letter) = rest.chars().next() {
        let end = match letter {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").unwrap() + 2,
            'r' if raw(rest).is_some() && !code.ends_with(|last: char| last.is_alphanumeric() && last != 'b') => {
                let closing = raw(rest).unwrap();
                let body = closing.len() + 1;
                body + rest[body..].find(&closing).unwrap() + closing.len()
            }
            '"' => 1 + quoted(&rest[1..], '"'),
            // Not the beginning of a lifetime.
            '\'' if rest.starts_with("'\\") || rest.chars().nth(2) == Some('\'') => 1 + quoted(&rest[1..], '\''),
            _ => {
                code.push(letter);
                rest = &rest[letter.len_utf8()..];
                continue;
            }
        };
        code.push(' ');
        rest = &rest[end..];
    }
    code
}

/// What ends a raw text, if one begins: `r#"` is ended by `"#`.
fn raw(rest: &str) -> Option<String> {
    let hashes = rest[1..].find(|letter| letter != '#')?;
    rest[1 + hashes..].starts_with('"').then(|| format!("\"{}", "#".repeat(hashes)))
}

/// Bytes up to and with the mark that ends a text or character.
fn quoted(rest: &str, mark: char) -> usize {
    let mut is_escaped = false;
    for (at, letter) in rest.char_indices() {
        if letter == mark && !is_escaped {
            return at + 1;
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    panic!("a text does not end: {rest:.40}")
}

/// The code without what only tests have. The modules of tests that stand in files of their own are named to the
/// caller.
fn without_tests(code: &str, mut test: impl FnMut(&str)) -> String {
    let (mut kept, mut rest) = (String::new(), code);
    while let Some(at) = ["#[cfg(test)]", "#[cfg(all(test,"].iter().filter_map(|mark| rest.find(mark)).min() {
        kept += &rest[..at];
        let end = item(&rest[at..]);
        if let Some((_, name)) = rest[at..at + end].strip_suffix(';').and_then(|item| item.rsplit_once("mod ")) {
            test(name);
        }
        rest = &rest[at + end..];
    }
    kept + rest
}

/// The code as if what stands in modules within the file stood outside of them.
fn flat(code: &str) -> String {
    let (mut flat, mut rest) = (String::new(), code);
    while let Some(start) = rest.find("mod ").and_then(|at| Some(at + rest[at..].find(['{', ';'])?)) {
        let end = start + item(&rest[start..]);
        flat += &rest[..start];
        let inner = rest[start..end].replace("super::", "self::").replace("self::self::", "self::super::");
        flat += &inner;
        rest = &rest[end..];
    }
    flat + rest
}

/// Bytes up to the end of an item: its closing brace, or the semicolon outside of any.
fn item(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, letter) in code.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ';' => {}
            _ => continue,
        }
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

/// The trees of all `use` items, and the rest.
fn split(code: &str) -> (Vec<String>, String) {
    let (mut uses, mut others, mut rest) = (Vec::new(), String::new(), code);
    while let Some(at) = rest.find("use ") {
        let is_word = !rest[..at].ends_with(|last: char| last.is_alphanumeric() || last == '_');
        let tree = rest[at + 4..].split(';').next().unwrap();
        others += &rest[..at];
        rest = &rest[at + 4..];
        if is_word {
            uses.push(tree.to_owned());
            rest = &rest[tree.len()..];
        }
    }
    (uses, others + rest)
}

/// The paths of a tree, each with the name that it is known by: `a::{b, c as d}` is `a::b` and `a::c`, known as `b` and
/// `d`.
fn leaves(tree: &str) -> Vec<(Vec<String>, String)> {
    let names = |path: &str| -> Vec<String> {
        path.split("::").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
    };
    let Some((before, inner)) = tree.split_once('{') else {
        let (path, name) = tree.split_once(" as ").unwrap_or((tree, ""));
        let mut path = names(path);
        path.pop_if(|last| last == "self");
        let name = if name.is_empty() { path.last().cloned().unwrap_or_default() } else { name.trim().to_owned() };
        return vec![(path, name)];
    };
    let (inner, _) = inner.rsplit_once('}').unwrap();
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for letter in inner.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(letter);
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| leaves(&format!("{before}{}", part.trim()))).collect()
}

/// The paths in code that begin with `crate` or `super`.
fn paths(code: &str) -> Vec<Vec<String>> {
    let word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let whole = code.split(|letter: char| !word(letter));
    whole
        .filter(|path| path.starts_with("crate::") || path.starts_with("super::"))
        .map(|path| path.trim_end_matches(':').split("::").map(str::to_owned).collect())
        .collect()
}

#[test]
fn circles_are_found_however_files_name_each_other() {
    let of = |files: &[(&str, &str)]| {
        let files = files.iter().map(|&(path, text)| (path.to_owned(), text.to_owned())).collect();
        circles(&files).into_iter().map(|circle| circle.into_iter().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    let handed_on =
        [("lib.rs", "pub use a::A;"), ("a.rs", "use super::b::{self, B};"), ("b.rs", "fn b() -> crate::A {}")];
    assert_eq!(of(&handed_on), ["a.rs b.rs"], "and not lib.rs, which only hands the name on");
    let folders =
        [("a/mod.rs", "pub struct A;"), ("a/c.rs", "use super::{A, d::{D as E}};"), ("a/d.rs", "use crate::a::c;")];
    assert_eq!(of(&folders), ["a/c.rs a/d.rs"]);
    let own = [("a.rs", "mod c;\nfn a() { c::c() }"), ("a/c.rs", "use super::A;")];
    assert_eq!(of(&own), Vec::<String>::new(), "a module calls what it is made of");
    let within = [
        ("a.rs", "mod b { use super::super::c::C; }\nuse super::d::D;"),
        ("c.rs", "use crate::d::D;"),
        ("d.rs", "use crate::a::A;"),
    ];
    assert_eq!(of(&within), ["a.rs c.rs d.rs"], "a module within a file is the file");
    let no_uses = [
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "// crate::a::A\nconst A: &str = r#\"crate::a\"#;\n#[cfg(test)]\nmod tests { use crate::a::A; }"),
        ("c.rs", "#[cfg(test)]\nmod tests;\nfn reuse (c: crate::b::B, d: char) -> bool { d == '\"' }"),
        ("c/tests.rs", "use crate::a::A;"),
    ];
    assert_eq!(of(&no_uses), Vec::<String>::new());
}
