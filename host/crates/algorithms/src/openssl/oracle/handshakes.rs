//! Tests against the first message of `openssl s_client`, and against what `openssl s_server` receives. Not the lists
//! of `openssl ciphers`, which the parent module tests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::openssl_is_3_0;
use crate::openssl::absent::ABSENT;
use crate::openssl::available::AVAILABLE;
use crate::openssl::{Bound, DEFAULT_GROUPS, Suite, bound, groups, tls13_default};

/// The first message of a client.
#[derive(Debug, PartialEq)]
struct Hello {
    versions: Vec<u16>,
    groups: Vec<u16>,
}

/// The ClientHello of `openssl s_client` with these options. Returns `None` if OpenSSL refuses them, or sends an alert
/// instead.
fn client_hello(options: &[&str]) -> Option<Hello> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &address, "-cipher", "ALL:@SECLEVEL=0"]).args(options);
    command.env("OPENSSL_CONF", "/dev/null").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut client = command.spawn().unwrap();
    let hello = wait_for_hello(&listener, &mut client);
    client.kill().unwrap();
    client.wait().unwrap();
    hello
}

fn wait_for_hello(listener: &TcpListener, client: &mut Child) -> Option<Hello> {
    loop {
        if let Ok((mut stream, _)) = listener.accept() {
            stream.set_nonblocking(false).unwrap();
            let mut header = [0; 5];
            stream.read_exact(&mut header).unwrap();
            let mut body = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
            stream.read_exact(&mut body).unwrap();
            let handshake = header[0] == 22;
            return handshake.then(|| read_hello(&body));
        }
        if client.try_wait().unwrap().is_some() {
            return None;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Takes a vector with a length of `width` bytes from the front (RFC 8446, section 3.4).
fn vector<'a>(bytes: &mut &'a [u8], width: usize) -> &'a [u8] {
    let (length, rest) = bytes.split_at(width);
    let (vector, rest) = rest.split_at(length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)));
    *bytes = rest;
    vector
}

fn read_hello(body: &[u8]) -> Hello {
    let numbers = |bytes: &[u8]| bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect::<Vec<_>>();
    let mut hello = Hello { versions: numbers(&body[4..6]), groups: Vec::new() };
    let mut rest = &body[4 + 2 + 32..];
    for width in [1, 2, 1] {
        vector(&mut rest, width);
    }
    let mut extensions = vector(&mut rest, 2);
    while !extensions.is_empty() {
        let (kind, mut after) = extensions.split_at(2);
        let mut data = vector(&mut after, 2);
        match kind {
            [0, 10] => hello.groups = numbers(vector(&mut data, 2)),
            [0, 43] => hello.versions = numbers(vector(&mut data, 1)),
            _ => {}
        }
        extensions = after;
    }
    hello
}

#[test]
fn groups_are_what_openssl_offers() {
    if !openssl_is_3_0() {
        return;
    }
    let offered = |list: &str| client_hello(&["-groups", list]).map(|hello| hello.groups);
    // Every spelling of every group that 3.0 has; a list must not name a group twice.
    let known: Vec<_> = groups::names().filter(|(group, _)| matches!(group, 1..=30 | 256..=260)).collect();
    for spelling in 0..3 {
        let list: Vec<_> = known.iter().filter_map(|(_, names)| names.split(' ').nth(spelling)).collect();
        let list = list.join(":");
        assert_eq!(Some(groups(&list).groups), offered(&list), "{list}");
    }
    assert_eq!(Some(groups(" X448 : prime256v1 ").groups), offered(" X448 : prime256v1 "));
    for unknown in ["P-255", "X25519:curve25519"] {
        assert_eq!((offered(unknown), groups(unknown).unrecognised.len()), (None, 1), "{unknown}");
    }
    assert_eq!(client_hello(&[]).unwrap().groups, DEFAULT_GROUPS);
}

#[test]
fn bounds_of_versions_are_what_openssl_offers() {
    if !openssl_is_3_0() {
        return;
    }
    for name in ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] {
        let hello = client_hello(&["-min_protocol", name, "-max_protocol", name]).unwrap();
        assert_eq!(
            bound(name).map(|bound| vec![bound]),
            Some(hello.versions.into_iter().map(Bound::Version).collect())
        );
    }
    for name in ["None", "SSLv3", "DTLSv1.2", "SSLv2", "TLSv1.0", "tlsv1.2", "TLSv1.4", ""] {
        let accepted = client_hello(&["-min_protocol", name]).is_some();
        assert_eq!(bound(name).is_some(), accepted, "{name}");
    }
}

/// How `openssl s_server -trace` prints the cipher suites of a ClientHello: `{0x00, 0x05} TLS_RSA_WITH_RC4_128_SHA`.
fn traced(suites: &[u16]) -> Vec<String> {
    let mut command = Command::new("openssl");
    command.args(["s_server", "-nocert", "-trace", "-naccept", "1", "-accept", "127.0.0.1:0"]);
    command.env("OPENSSL_CONF", "/dev/null").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = command.spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    let accept = lines.find(|line| line.starts_with("ACCEPT")).unwrap();
    let mut stream = TcpStream::connect(accept.split(' ').nth(1).unwrap()).unwrap();
    let list: Vec<u8> = suites.iter().flat_map(|suite| suite.to_be_bytes()).collect();
    let length = |length: usize| u16::try_from(length).unwrap().to_be_bytes();
    let body = [&[3, 3][..], &[7; 32], &[0], &length(list.len()), &list, &[1, 0]].concat();
    let hello = [&[1, 0][..], &length(body.len()), &body].concat();
    stream.write_all(&[&[22, 3, 1][..], &length(hello.len()), &hello].concat()).unwrap();
    drop(stream);
    let suites = lines.skip_while(|line| !line.contains("cipher_suites")).skip(1);
    let named = suites.map(|line| line.trim().to_owned()).take_while(|line| line.starts_with('{')).collect();
    server.wait().unwrap();
    named
}

#[test]
fn code_points_have_the_names_of_the_registry() {
    if !openssl_is_3_0() {
        return;
    }
    // OpenSSL's list lacks the private code points, those of GOST, and the export suites with 56 bits, which are in no
    // RFC; and for 0x001E it has the meaning of SSL 3.0.
    let registered =
        |suite: &&Suite| !matches!(suite.id, 0x1E | 0x60..=0x66 | 0x80..=0x83 | 0xC100..=0xC102 | 0xFF00..);
    let suites: Vec<_> = AVAILABLE.iter().chain(ABSENT).filter(registered).chain(tls13_default()).collect();
    let ours =
        suites.iter().map(|suite| format!("{{0x{:02X}, 0x{:02X}}} {}", suite.id >> 8, suite.id & 0xFF, suite.iana));
    assert_eq!(ours.collect::<Vec<_>>(), traced(&suites.iter().map(|suite| suite.id).collect::<Vec<_>>()));
}
