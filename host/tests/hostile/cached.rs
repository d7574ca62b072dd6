//! The cache of compiled rules: what is in it is loaded without a compiler, and nothing that was not written to it is.
//! Not the compiling.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use keyreeve::rules::cache::{Cache, Key};
use keyreeve::rules::load::Loader;
use tempfile::TempDir;

use crate::make;
use crate::sandbox::{Sandbox, digest, load};

/// Bytes of the checksum behind native code.
const CHECKSUM: usize = 4;

fn cache() -> (TempDir, Cache) {
    let caches = TempDir::new().unwrap();
    let cache = Cache::below(caches.path()).unwrap();
    (caches, cache)
}

fn entries(caches: &Path) -> Vec<PathBuf> {
    fs::read_dir(caches.join("keyreeve/rules")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The native code under a key, if the cache has it.
fn kept(cache: &Cache, key: &Key) -> Option<Vec<u8>> {
    let mut entry = fs::read(cache.find(key)?).unwrap();
    entry.truncate(entry.len() - CHECKSUM);
    Some(entry)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_rule_is_compiled_once() {
    let (sandbox, (caches, cache)) = (Sandbox::new(), cache());
    let component = make::rule("quiet");
    let (path, sha256) = (sandbox.write("quiet", &component), digest(&component));
    let without_compiler = || Loader { compiler: "/nonexistent".into(), ..sandbox.loader(Some(cache.clone())) };
    assert!(load(&without_compiler(), &path, &sha256, "quiet").is_err(), "nothing is in the cache yet");
    load(&sandbox.loader(Some(cache.clone())), &path, &sha256, "quiet").unwrap();
    let rule = load(&without_compiler(), &path, &sha256, "quiet").unwrap();
    assert_eq!(sandbox.judge(&rule).examined, 3);
    let [entry] = entries(caches.path()).try_into().unwrap();
    assert_eq!((mode(&entry), mode(entry.parent().unwrap())), (0o600, 0o700));
}

#[test]
fn an_entry_that_is_not_whole_is_compiled_anew() {
    let (sandbox, (caches, cache)) = (Sandbox::new(), cache());
    let component = make::rule("quiet");
    let (path, sha256) = (sandbox.write("quiet", &component), digest(&component));
    let again = || load(&sandbox.loader(Some(cache.clone())), &path, &sha256, "quiet");
    again().unwrap();
    let key = Key::new(&sandbox.engine, &sha256);
    let whole = kept(&cache, &key).unwrap();
    let [entry] = entries(caches.path()).try_into().unwrap();
    let written = fs::read(&entry).unwrap();
    let mut changed = written.clone();
    *changed.last_mut().unwrap() ^= 1;
    for damaged in [&[][..], &written[..20], &written[..written.len() / 2], &changed, &[0; 4096]] {
        fs::write(&entry, damaged).unwrap();
        assert_eq!(kept(&cache, &key), None);
        again().unwrap();
        assert_eq!(kept(&cache, &key).as_deref(), Some(&whole[..]));
    }
}

#[test]
fn a_rule_that_runs_outlives_its_entry() {
    let (sandbox, (caches, cache)) = (Sandbox::new(), cache());
    let component = make::rule("quiet");
    let (path, sha256) = (sandbox.write("quiet", &component), digest(&component));
    let again = || load(&sandbox.loader(Some(cache.clone())), &path, &sha256, "quiet").unwrap();
    again();
    let (removed, replaced) = (again(), again());
    let key = Key::new(&sandbox.engine, &sha256);
    let native = kept(&cache, &key).unwrap();
    cache.write(&key, &native).unwrap();
    assert_eq!(cache.clear().unwrap(), 1);
    assert!(entries(caches.path()).is_empty());
    for rule in [removed, replaced] {
        assert_eq!(sandbox.judge(&rule).examined, 3);
    }
}

#[test]
fn the_file_is_looked_at_even_if_its_native_code_is_there() {
    let (sandbox, (_caches, cache)) = (Sandbox::new(), cache());
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
    let (sandbox, (caches, cache)) = (Sandbox::new(), cache());
    let (mine, other) = (Key::new(&sandbox.engine, &[1; 32]), Key::new(&sandbox.engine, &[2; 32]));
    cache.write(&mine, b"native").unwrap();
    cache.write(&other, b"other").unwrap();
    let [first, second] = entries(caches.path()).try_into().unwrap();
    fs::copy(&first, &second).unwrap();
    let read: Vec<_> = [&mine, &other].into_iter().filter_map(|key| kept(&cache, key)).collect();
    assert_eq!(read.len(), 1);
}

#[test]
fn runs_at_the_same_time_do_not_disturb_each_other() {
    let (sandbox, (caches, cache)) = (Sandbox::new(), cache());
    let key = Key::new(&sandbox.engine, &[3; 32]);
    let native: Vec<u8> = (0..200_000).map(|n| (n % 251) as u8).collect();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    cache.write(&key, &native).unwrap();
                    assert_eq!(kept(&cache, &key).as_deref(), Some(&native[..]));
                }
            });
        }
    });
    assert_eq!(entries(caches.path()).len(), 1, "no temporary file is left");
}

#[test]
fn old_entries_make_room_for_new_ones() {
    let (sandbox, (caches, cache)) = (Sandbox::new(), cache());
    for number in 0..70 {
        cache.write(&Key::new(&sandbox.engine, &[number; 32]), &[number]).unwrap();
    }
    assert_eq!(entries(caches.path()).len(), 64);
    assert_eq!(kept(&cache, &Key::new(&sandbox.engine, &[69; 32])), Some(vec![69]));
}

#[test]
fn a_folder_that_others_can_write_to_is_not_used() {
    let caches = TempDir::new().unwrap();
    Cache::below(caches.path()).unwrap();
    for folder in ["keyreeve/rules", "keyreeve"] {
        let folder = caches.path().join(folder);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o770)).unwrap();
        let error = Cache::below(caches.path()).unwrap_err().to_string();
        assert!(error.contains("can be written to by others; remove it"), "{error}");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    }
    assert!(Cache::below(caches.path()).is_ok());
}

#[test]
fn a_folder_of_another_user_is_not_used() {
    let caches = TempDir::new().unwrap();
    let folder = caches.path().join("keyreeve");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    if std::os::unix::fs::chown(&folder, Some(12345), None).is_err() {
        #[allow(clippy::print_stderr)]
        return eprintln!("skipped: only root can give a folder away");
    }
    let error = Cache::below(caches.path()).unwrap_err().to_string();
    assert!(error.contains("belongs to another user"), "{error}");
}

#[test]
fn a_symlink_is_no_folder() {
    let (caches, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    symlink(elsewhere.path(), caches.path().join("keyreeve")).unwrap();
    let error = Cache::below(caches.path()).unwrap_err().to_string();
    assert!(error.contains("is not a folder"), "{error}");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[test]
fn a_cache_that_cannot_be_written_to_is_no_error() {
    let (sandbox, (caches, cache)) = (Sandbox::new(), cache());
    fs::remove_dir_all(caches.path()).unwrap();
    let component = make::rule("quiet");
    let path = sandbox.write("quiet", &component);
    load(&sandbox.loader(Some(cache)), &path, &digest(&component), "quiet").unwrap();
}
