//! Tests of content that is broken, hostile, or of a shape that a careless reader cannot handle.

use std::fmt::Write as _;

use super::{checked, only_problem, written};
use crate::support::{Tree, mint};

#[test]
fn empty_and_binary_files_hold_nothing() {
    let tree = Tree::with(&[("empty.pem", ""), ("empty/nginx.conf", "")]);
    let noise: Vec<u8> = (0..200_000_u64).map(|at| (at.wrapping_mul(6_364_136_223_846_793_005) >> 33) as u8).collect();
    tree.write("noise.bin", &noise);
    tree.write("nul.pem", [b"\0\0", mint::weak().as_bytes()].concat());
    tree.write("latin1.txt", b"caf\xe9 na\xefve\n");
    let (human, report) = checked(&tree, &[]);
    human.ends_with(0);
    assert_eq!(report["sources"]["files"], 5);
}

#[test]
fn text_that_is_not_utf_8_is_read_all_the_same() {
    let tree = Tree::new();
    tree.write("a.pem", [b"caf\xe9 \xff\n", mint::weak().as_bytes()].concat());
    let (human, report) = checked(&tree, &["--rule", "key-size"]);
    human.ends_with(1).says("--> a.pem:2:1");
    assert_eq!(report["findings"][0]["line"], 2);
}

#[test]
fn a_block_that_is_cut_off_anywhere_is_never_a_pass() {
    let tree = Tree::new();
    let whole = mint::weak();
    // From the first whole line of the body on; before it, it is a mention of PEM and no key.
    for length in (100..whole.len() - 26).step_by(97) {
        tree.write("a.pem", &whole[..length]);
        let (human, report) = checked(&tree, &[]);
        human.ends_with(3);
        assert!(only_problem(&report).starts_with("a.pem:1: "), "{report}");
    }
}

#[test]
fn a_block_without_an_end_is_a_problem_however_long_it_is() {
    let tree = Tree::new();
    let line = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAAAAAAAAAAAAAAAAAAAAA\n";
    tree.write("a.pem", format!("-----BEGIN CERTIFICATE-----\n{}", line.repeat(60_000)));
    let (human, report) = checked(&tree, &[]);
    human.ends_with(3);
    assert_eq!(only_problem(&report), "a.pem:1: the block CERTIFICATE has no END line");
    let many = format!("-----BEGIN CERTIFICATE-----\n{line}").repeat(2_000);
    tree.write("a.pem", many);
    checked(&tree, &[]).0.ends_with(3);
}

#[test]
fn what_is_not_base64_is_a_problem_with_its_place_and_the_next_block_is_read() {
    let tree = Tree::with(&[("a.pem", &(mint::broken() + "\n" + &mint::weak()))]);
    let (human, report) = checked(&tree, &["--rule", "key-size"]);
    human.ends_with(1);
    assert!(only_problem(&report).starts_with("a.pem:3: "), "{report}");
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
}

/// `depth` sequences of DER, one in the other.
fn nested(depth: usize) -> Vec<u8> {
    let mut lengths = vec![0];
    for _ in 0..depth {
        let inner: usize = lengths[lengths.len() - 1];
        lengths.push(inner + if inner < 0x80 { 2 } else { 5 });
    }
    let mut der = Vec::new();
    for inner in lengths.iter().rev().skip(1) {
        der.push(0x30);
        match inner {
            0..0x80 => der.push(*inner as u8),
            _ => der.extend([0x83, (inner >> 16) as u8, (inner >> 8) as u8, *inner as u8]),
        }
    }
    der
}

#[test]
fn der_that_is_nested_ten_thousand_deep_is_a_problem() {
    let tree = Tree::new();
    let der = nested(10_000);
    tree.write("raw.der", &der);
    std::fs::write(tree.path.join("raw"), &der).unwrap();
    for label in ["CERTIFICATE", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PUBLIC KEY", "CERTIFICATE REQUEST"] {
        let base64 = base64(&der);
        let file = format!("{}.pem", label.replace(' ', "-"));
        tree.write(&file, format!("-----BEGIN {label}-----\n{base64}-----END {label}-----\n"));
        let (human, report) = checked(&tree, &[&file]);
        human.ends_with(3);
        assert!(only_problem(&report).starts_with(&format!("{file}:1: ")), "{report}");
    }
    checked(&tree, &["raw.der", "raw"]);
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    text.as_bytes().chunks(64).map(|line| format!("{}\n", std::str::from_utf8(line).unwrap())).collect()
}

#[test]
fn a_length_that_promises_gigabytes_is_a_problem() {
    let tree = Tree::new();
    let der = [&[0x30, 0x84, 0x7f, 0xff, 0xff, 0xff][..], &[0x30, 0x03, 0x02, 0x01, 0x01].repeat(20)].concat();
    for label in ["CERTIFICATE", "PRIVATE KEY"] {
        tree.write("a.pem", format!("-----BEGIN {label}-----\n{}-----END {label}-----\n", base64(&der)));
        let (human, report) = checked(&tree, &[]);
        human.ends_with(3);
        assert!(only_problem(&report).starts_with("a.pem:1: "), "{report}");
    }
}

#[test]
fn nginx_files_that_include_each_other_are_a_problem() {
    let tree = Tree::with(&[
        ("nginx/nginx.conf", "events {}\nhttp {\n  include a.conf;\n  server { listen 443 ssl; }\n}\n"),
        ("nginx/a.conf", "include b.conf;\n"),
        ("nginx/b.conf", "include a.conf;\n"),
    ]);
    let (human, report) = checked(&tree, &["--rule", "key-size"]);
    human.ends_with(3);
    let problem = only_problem(&report);
    assert!(problem.starts_with("nginx/b.conf:1: ") && problem.contains("include"), "{problem}");
}

#[test]
fn nginx_blocks_in_blocks_without_end_are_a_problem() {
    let tree = Tree::new();
    for text in
        ["http { server { ".repeat(50_000), "location / { ".repeat(50_000), "http { ".to_owned() + &"{".repeat(100_000)]
    {
        tree.write("nginx.conf", text);
        let (human, report) = checked(&tree, &["--rule", "key-size"]);
        human.ends_with(3);
        assert!(report["problems"].as_array().unwrap().iter().all(|it| written(it).starts_with("nginx.conf:1: ")));
    }
}

#[test]
fn a_megabyte_of_json_on_one_line_is_read() {
    let tree = Tree::new();
    let pem = mint::weak().replace('\n', "\\n");
    let filler = "0123456789abcdef ".repeat(32_000);
    let text = format!("{{\"filler\": \"{filler}\", \"certificate\": \"{pem}\", \"more\": \"{filler}\"}}");
    let column = text.find("-----BEGIN").unwrap() + 1;
    tree.write("a.json", text);
    let (human, report) = checked(&tree, &["--rule", "key-size"]);
    let human = human.ends_with(1);
    assert!(human.stdout.len() < 10_000, "the line is cut for people: {} bytes", human.stdout.len());
    assert_eq!((&report["findings"][0]["line"], &report["findings"][0]["column"]), (&1.into(), &column.into()));
}

#[test]
fn an_inventory_of_a_hostile_shape_is_a_problem() {
    let tree = Tree::new();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        writeln!(bomb, "a{level}: &a{level} [{before}]").unwrap();
    }
    bomb.push_str("key-inventory: *a11\n");
    for (name, text) in [
        ("key-inventory.json", deep.as_str()),
        ("key-inventory.yaml", &deep),
        ("key-inventory.yaml", &bomb),
        ("key-inventory.yaml", "key-inventory: [\n  - }"),
        ("key-inventory.toml", "[[key-inventory]\n"),
        ("key-inventory.json", "{\"key-inventory\": ["),
    ] {
        tree.write(name, text);
        let (human, report) = checked(&tree, &["--rule", "key-size", name]);
        human.ends_with(3);
        let problems = report["problems"].as_array().unwrap();
        assert!(problems.iter().all(|problem| written(problem).starts_with(&format!("{name}:"))), "{problems:?}");
    }
}

#[test]
fn a_policy_of_a_hostile_shape_is_refused() {
    let tree = Tree::with(&[("a.pem", &mint::good())]);
    for text in [format!("a = {}", "[".repeat(100_000)), "a.".repeat(200_000), "\0".repeat(10), "x".repeat(2 << 20)] {
        tree.write("keyreeve.toml", text);
        let answer = tree.check(&[]).ends_with(2).complains("keyreeve.toml");
        assert!(answer.stderr.len() < 10_000, "{} bytes", answer.stderr.len());
    }
}
