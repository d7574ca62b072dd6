//! Tests of a file so large that its content is dropped once it is understood: the report says the same as for content
//! in memory. The limit above which files are not read is tested elsewhere.

use crate::support::{AS_OF, Tree, finish, finish_with, mint};

/// More bytes than are kept in memory.
const LARGE: usize = 17 << 20;

/// Certificates and keys at the beginning, deep inside and at the end, in lines of every length.
fn content() -> Vec<u8> {
    let mint::Minted { certificate, key } = mint::minted("rsa:1024", "large.example.org");
    let mut text = [certificate.as_str(), &key].concat();
    while text.len() < LARGE / 2 {
        text.push_str("# grün und 漢字, nothing that matters\r\n");
    }
    text.push_str(&mint::weak_too());
    text.push_str(&"é".repeat(LARGE / 4));
    text.push_str(&format!(" {}\n", certificate.replace('\n', "\\n")));
    text.push_str(&mint::broken());
    text.push_str(&key);
    assert!(text.len() > LARGE);
    text.into_bytes()
}

#[test]
fn a_large_file_is_reported_like_content_in_memory() {
    let (tree, content) = (Tree::new(), content());
    tree.write("bundle.pem", &content);
    for format in ["human", "json"] {
        let arguments = ["check", "--as-of", AS_OF, "--format", format];
        let on_disk = finish(&mut tree.keyreeve(&[&arguments[..], &["bundle.pem"]].concat())).ends_with(1).stdout;
        let mut command = tree.keyreeve(&[&arguments[..], &["--stdin-name", "bundle.pem", "-"]].concat());
        let in_memory = finish_with(&mut command, &content).ends_with(1).stdout;
        assert!(on_disk.matches("bundle.pem").count() > 6, "{on_disk}");
        assert_eq!(comparable(&on_disk), comparable(&in_memory), "{format}");
    }
}

/// A report without its time, and without the paths that it was asked for.
fn comparable(report: &str) -> Vec<&str> {
    let differs = |line: &&str| {
        let named = ["\"bundle.pem\"", "\"-\""].contains(&line.trim());
        named || ["started", "the built-in policy"].iter().any(|word| line.contains(word))
    };
    report.lines().filter(|line| !differs(line)).collect()
}
