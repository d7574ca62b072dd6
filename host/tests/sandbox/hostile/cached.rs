//! Tests of the cache of compiled rules: its entries are loaded without a compiler, and nothing is loaded that was not
//! written to it. Compiling is tested elsewhere.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use keyreeve::rules::cache::{Cache, Key, Unusable};
use keyreeve::rules::compile::{Compiler, Limits};
use keyreeve::rules::load::Loader;
use tempfile::TempDir;

use crate::hostile::sandbox::{Sandbox, digest, load};
use crate::support::make;

/// A user's folders and the cache in them.
fn cache() -> (TempDir, Cache) {
    let home = TempDir::new().unwrap();
    let cache = at(home.path()).unwrap();
    (home, cache)
}

fn at(home: &Path) -> Result<Cache, Unusable> {
    Cache::below(&home.join("caches"), &home.join("state"))
}

fn entries(home: &Path) -> Vec<PathBuf> {
    fs::read_dir(home.join("caches/keyreeve/rules")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The native code of an entry.
fn found(cache: &Cache, key: &Key) -> Option<Vec<u8>> {
    let entry = cache.find(key)?;
    let mut bytes = fs::read(entry.path()).unwrap();
    bytes.truncate(bytes.len() - 32);
    Some(bytes)
}

#[test]
fn a_rule_is_compiled_once() {
    let (sandbox, (home, cache)) = (Sandbox::new(), cache());
    let component = make::rule("quiet");
    let (path, sha256) = (sandbox.write("quiet", &component), digest(&component));
    let without_compiler =
        || Loader { compiler: Compiler::new("/nonexistent", Limits::default()), ..sandbox.loader(Some(cache.clone())) };
    assert!(load(&without_compiler(), &path, &sha256, "quiet").is_err(), "nothing is in the cache yet");
    load(&sandbox.loader(Some(cache.clone())), &path, &sha256, "quiet").unwrap();
    let rule = load(&without_compiler(), &path, &sha256, "quiet").unwrap();
    assert_eq!(sandbox.judge(&rule).examined, 3);
    let [entry] = entries(home.path()).try_into().unwrap();
    assert_eq!((mode(&entry), mode(entry.parent().unwrap())), (0o600, 0o700));
}

#[test]
fn an_entry_that_is_not_whole_is_compiled_anew() {
    let (sandbox, (home, cache)) = (Sandbox::new(), cache());
    let component = make::rule("quiet");
    let (path, sha256) = (sandbox.write("quiet", &component), digest(&component));
    let again = || load(&sandbox.loader(Some(cache.clone())), &path, &sha256, "quiet");
    again().unwrap();
    let key = Key::new(&sandbox.engine, &sha256);
    let whole = found(&cache, &key).unwrap();
    let [entry] = entries(home.path()).try_into().unwrap();
    let written = fs::read(&entry).unwrap();
    let mut changed = written.clone();
    *changed.last_mut().unwrap() ^= 1;
    for damaged in [&[][..], &written[..20], &written[..written.len() / 2], &changed, &[0; 4096]] {
        fs::write(&entry, damaged).unwrap();
        assert_eq!(found(&cache, &key), None);
        again().unwrap();
        assert_eq!(found(&cache, &key).as_deref(), Some(&whole[..]));
    }
}

#[test]
fn a_rule_that_runs_outlives_its_entry() {
    let (sandbox, (home, cache)) = (Sandbox::new(), cache());
    let component = make::rule("quiet");
    let (path, sha256) = (sandbox.write("quiet", &component), digest(&component));
    let again = || load(&sandbox.loader(Some(cache.clone())), &path, &sha256, "quiet").unwrap();
    again();
    let (removed, replaced) = (again(), again());
    let key = Key::new(&sandbox.engine, &sha256);
    let native = found(&cache, &key).unwrap();
    cache.write(&key, &native).unwrap();
    assert_eq!(cache.clear().unwrap(), 1);
    assert!(entries(home.path()).is_empty());
    for rule in [removed, replaced] {
        assert_eq!(sandbox.judge(&rule).examined, 3);
    }
}

#[test]
fn the_file_is_looked_at_even_if_its_native_code_is_there() {
    let (sandbox, (_home, cache)) = (Sandbox::new(), cache());
    let component = make::rule("quiet");
    let (path, sha256) = (sandbox.write("quiet", &component), digest(&component));
    load(&sandbox.loader(Some(cache.clone())), &path, &sha256, "quiet").unwrap();
    let other = sandbox.write("quiet", &make::rule("bad-id"));
    assert_eq!(other, path);
    let error = load(&sandbox.loader(Some(cache.clone())), &path, &sha256, "quiet").err().unwrap().to_string();
    assert!(error.contains("and keyreeve.toml names"), "{error}");
}

#[test]
fn an_entry_under_the_name_of_another_is_not_used() {
    let (sandbox, (home, cache)) = (Sandbox::new(), cache());
    let (mine, other) = (Key::new(&sandbox.engine, &[1; 32]), Key::new(&sandbox.engine, &[2; 32]));
    cache.write(&mine, b"native").unwrap();
    cache.write(&other, b"other").unwrap();
    let [first, second] = entries(home.path()).try_into().unwrap();
    fs::copy(&first, &second).unwrap();
    let read: Vec<_> = [&mine, &other].into_iter().filter_map(|key| found(&cache, key)).collect();
    assert_eq!(read.len(), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_loaded_is_the_file_that_was_looked_at() {
    let (sandbox, (home, cache)) = (Sandbox::new(), cache());
    let key = Key::new(&sandbox.engine, &[4; 32]);
    cache.write(&key, b"native").unwrap();
    let held = cache.find(&key).unwrap();
    let [entry] = entries(home.path()).try_into().unwrap();
    fs::write(home.path().join("other"), b"other").unwrap();
    fs::rename(home.path().join("other"), &entry).unwrap();
    assert!(fs::read(held.path()).unwrap().starts_with(b"native"));
    assert_eq!(found(&cache, &key), None);
}

#[test]
fn an_entry_that_others_can_write_to_is_not_used() {
    let (sandbox, (home, cache)) = (Sandbox::new(), cache());
    let key = Key::new(&sandbox.engine, &[5; 32]);
    cache.write(&key, b"native").unwrap();
    let [entry] = entries(home.path()).try_into().unwrap();
    fs::set_permissions(&entry, fs::Permissions::from_mode(0o620)).unwrap();
    assert_eq!(found(&cache, &key), None);
    fs::set_permissions(&entry, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(found(&cache, &key).as_deref(), Some(&b"native"[..]));
}

#[test]
fn runs_at_the_same_time_do_not_disturb_each_other() {
    let (sandbox, (home, cache)) = (Sandbox::new(), cache());
    let key = Key::new(&sandbox.engine, &[3; 32]);
    let native: Vec<u8> = (0..200_000).map(|n| (n % 251) as u8).collect();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    cache.write(&key, &native).unwrap();
                    assert_eq!(found(&cache, &key).as_deref(), Some(&native[..]));
                }
            });
        }
    });
    assert_eq!(entries(home.path()).len(), 1, "no temporary file is left");
}

#[test]
fn old_entries_make_room_for_new_ones() {
    let (sandbox, (home, cache)) = (Sandbox::new(), cache());
    for number in 0..70 {
        cache.write(&Key::new(&sandbox.engine, &[number; 32]), &[number]).unwrap();
    }
    assert_eq!(entries(home.path()).len(), 64);
    assert_eq!(found(&cache, &Key::new(&sandbox.engine, &[69; 32])), Some(vec![69]));
}

#[test]
fn a_folder_that_others_can_write_to_is_not_used() {
    let (home, _) = cache();
    for folder in ["caches/keyreeve/rules", "caches/keyreeve", "state/keyreeve"] {
        let folder = home.path().join(folder);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o770)).unwrap();
        let error = at(home.path()).unwrap_err().to_string();
        assert!(error.contains("can be written to by others; remove it"), "{error}");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    }
    assert!(at(home.path()).is_ok());
}

#[test]
fn a_folder_of_another_user_is_not_used() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("caches/keyreeve");
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    if std::os::unix::fs::chown(&folder, Some(12345), None).is_err() {
        #[allow(clippy::print_stderr)]
        return eprintln!("skipped: only root can give a folder away");
    }
    let error = at(home.path()).unwrap_err().to_string();
    assert!(error.contains("belongs to another user"), "{error}");
}

#[test]
fn a_symlink_is_no_folder() {
    let (home, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    fs::create_dir(home.path().join("caches")).unwrap();
    symlink(elsewhere.path(), home.path().join("caches/keyreeve")).unwrap();
    let error = at(home.path()).unwrap_err().to_string();
    assert!(error.contains("is not a folder"), "{error}");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[test]
fn native_code_that_another_user_or_machine_made_is_never_run() {
    let sandbox = Sandbox::new();
    let component = make::rule("quiet");
    let (path, sha256) = (sandbox.write("quiet", &component), digest(&component));
    let (mine, theirs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    // All of it is right, the code over it included, but for whose it is.
    let native = {
        let other = make::rule("bad-id");
        let file = sandbox.write("other", &other);
        let cache = at(theirs.path()).unwrap();
        assert!(load(&sandbox.loader(Some(cache.clone())), &file, &digest(&other), "bad-id").is_err());
        found(&cache, &Key::new(&sandbox.engine, &digest(&other))).unwrap()
    };
    let key = Key::new(&sandbox.engine, &sha256);
    at(theirs.path()).unwrap().write(&key, &native).unwrap();
    assert_eq!(found(&at(theirs.path()).unwrap(), &key).as_deref(), Some(&native[..]));
    at(mine.path()).unwrap();
    for entry in entries(theirs.path()) {
        fs::copy(&entry, mine.path().join("caches/keyreeve/rules").join(entry.file_name().unwrap())).unwrap();
    }
    assert_eq!(found(&at(mine.path()).unwrap(), &key), None);
    let rule = load(&sandbox.loader(Some(at(mine.path()).unwrap())), &path, &sha256, "quiet").unwrap();
    assert_eq!(rule.info.id, "quiet", "it was compiled from what was approved");
}

#[test]
fn a_key_that_lies_with_the_entries_is_none() {
    let home = TempDir::new().unwrap();
    for state in ["caches", "caches/state"] {
        let error = Cache::below(&home.path().join("caches"), &home.path().join(state)).unwrap_err().to_string();
        assert!(error.contains("set XDG_STATE_HOME to another folder"), "{error}");
    }
}

#[test]
fn what_is_no_regular_file_is_no_entry() {
    let (sandbox, (home, cache)) = (Sandbox::new(), cache());
    let key = Key::new(&sandbox.engine, &[4; 32]);
    cache.write(&key, b"native").unwrap();
    let [entry] = entries(home.path()).try_into().unwrap();
    let moved = home.path().join("moved");
    fs::rename(&entry, &moved).unwrap();
    symlink(&moved, &entry).unwrap();
    assert_eq!(found(&cache, &key), None, "a link");
    fs::remove_file(&entry).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&entry).status().unwrap().success());
    assert_eq!(found(&cache, &key), None, "a pipe, which nobody waits for");
}

#[test]
fn a_cache_that_cannot_be_written_to_is_no_error() {
    let (sandbox, (home, cache)) = (Sandbox::new(), cache());
    fs::remove_dir_all(home.path()).unwrap();
    let component = make::rule("quiet");
    let path = sandbox.write("quiet", &component);
    load(&sandbox.loader(Some(cache)), &path, &digest(&component), "quiet").unwrap();
}
