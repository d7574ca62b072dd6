//! Tests on hostile configurations and random bytes: reading them never panics, ends soon, and every place lies in its
//! source. What is read from sound ones is tested elsewhere.

use keyreeve_source::problem::Subject;
use keyreeve_source::{Location, Sources};
use proptest::prelude::*;

use super::Tree;

/// Pieces of configurations, joined at random.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "global\n",
        "defaults",
        "frontend x",
        "backend",
        "listen y :80",
        "from x",
        "\n",
        "bind :443",
        "ssl",
        "crt-list",
        "list.txt",
        "haproxy.cfg",
        "ssl-default-bind-options",
        "ssl-default-bind-ciphers",
        "ssl-min-ver",
        "TLSv1.2",
        "no-tlsv12",
        "force-tlsv13",
        "ciphers HIGH:!aNULL",
        "ciphersuites",
        "curves P-256",
        "verify none",
        "server a 1.2.3.4:1",
        "default-server",
        "mode http",
        "redirect scheme https if",
        "unless { ssl_fc }",
        "\n.if x\n",
        "\n.else\n",
        "\n.endif\n",
        "\n{% if x %}\n",
        "\"${X}\"",
        "\\",
        "\\x4",
        "\"",
        "'",
        "#",
        "[",
        "]",
        "[ssl-min-ver TLSv1.3]",
        "é",
        "\0",
        "\u{feff}",
        ",",
        "quic4@",
        "acl a ssl_fc",
        "peers p",
    ]);
    prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.join(" "))
}

/// Checks that every place lies in its source.
fn check(configuration: &[u8], list: &[u8]) {
    let whole = [b"global\nfrontend x\nbind :1 ssl crt-list list.txt\n", configuration].concat();
    let files = [("haproxy.cfg", &*whole), ("list.txt", list), ("other/haproxy.cfg", configuration)];
    let Tree { sources, reading } = Tree::new(&files);
    let inside = |location: &Location| is_inside(&sources, location);
    for (_, place) in reading.facts.tls_endpoints.iter() {
        assert!(inside(&place.home) && place.parts.values().all(inside));
    }
    for problem in &reading.problems {
        assert!(matches!(&problem.subject, Subject::Place(location) if inside(location)));
    }
}

fn is_inside(sources: &Sources, location: &Location) -> bool {
    location.span.start <= location.span.end && location.span.end as usize <= sources[location.source].len()
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes, &bytes);
    }

    #[test]
    fn mutilated_configurations_never_panic(text in pieces(), list in pieces()) {
        check(text.as_bytes(), list.as_bytes());
    }
}

#[test]
fn a_line_of_ten_megabytes_is_one_line() {
    let long = "abcdefghi ".repeat(1 << 20);
    let text = format!("global\n {long}\nfrontend x\n bind :443 ssl crt x {long}\n");
    let tree = Tree::new(&[("haproxy.cfg", &text)]);
    assert_eq!(tree.facts().len(), 1);
    assert!(tree.problems()[0].contains("\"abcdefghi\" is no keyword of bind"), "{:?}", tree.problems());
}

#[test]
fn a_nul_byte_is_a_problem() {
    let tree = Tree::new(&[("haproxy.cfg", "global\nfrontend x\n bind :443 ssl crt x\0y\n")]);
    assert_eq!(tree.problems(), ["haproxy.cfg:3: a NUL byte, which HAProxy refuses"]);
    assert_eq!(tree.facts().len(), 1);
}

#[test]
fn many_of_everything_take_time_in_proportion() {
    let ciphers = ["ECDHE-RSA-AES128-GCM-SHA256"; 300].join(":");
    let mut text = format!("global\n ssl-default-bind-ciphers {ciphers}\ndefaults\n mode http\n");
    for number in 0..1_000 {
        text += &format!("frontend f{number}\n bind :{number} ssl crt x crt-list list.txt\n");
        text += &format!(
            " acl a{number} ssl_fc\n redirect scheme https unless a{number}\nbackend b{number}\n server s h:1 ssl\n"
        );
    }
    text += &".if x\n".repeat(100_000);
    let list = "x.pem [ssl-min-ver TLSv1.3] example.org\n".repeat(300);
    let start = std::time::Instant::now();
    let tree = Tree::new(&[("haproxy.cfg", &text), ("list.txt", &list)]);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    assert!(
        tree.facts().len() > 1000,
        "{} {:?}",
        tree.facts().len(),
        tree.problems().iter().take(3).collect::<Vec<_>>()
    );
}
