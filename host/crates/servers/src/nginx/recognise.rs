//! Decides whether a file is an nginx configuration, from its name and the look of its lines. Whether it is a valid one
//! is left to `parse`, which reports what is wrong with it.

use keyreeve_facts::{Claim, Look};
use keyreeve_syntax::lines::is_no_directive;

use super::dump;

/// How many bytes of a file are examined.
const LOOK: usize = 64 * 1024;

/// Whether a file is an nginx configuration or a fragment of one. This is cheap: nothing is allocated. `name` has `/`
/// between folders.
///
/// A file whose name says so (`nginx.conf`, `*.nginx`, `*.vhost`) is one unless its text belongs to something else.
/// Below a folder of nginx's, one line in the form of a directive is enough. Anywhere else a `*.conf` file or a file
/// without an extension needs a directive that only nginx has, terminated as nginx requires.
pub(super) fn claims(look: &Look<'_>) -> Claim {
    if dump::is_dump(look.bytes) {
        return Claim::Certain;
    }
    if look.is_no_configuration() {
        return Claim::No;
    }
    let (wanted, claim) = match kind(look.name, look.file()) {
        Kind::Foreign => return Claim::No,
        Kind::Named => (Sign::Statement, Claim::Certain),
        Kind::Homely => (Sign::Statement, Claim::Perhaps),
        Kind::Possible => (Sign::Nginx, Claim::Likely),
    };
    let text = &look.bytes[..look.bytes.len().min(LOOK)];
    if memchr::memchr(0, text).is_some() {
        return Claim::No;
    }
    match best_sign(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)) {
        Sign::Nginx => claim.max(Claim::Likely),
        sign if sign >= wanted => claim,
        _ => Claim::No,
    }
}

/// Whether it is an nginx configuration at all.
pub fn recognises(name: &str, bytes: &[u8]) -> bool {
    claims(&Look { name, bytes }) > Claim::No
}

/// What a name says about a file.
enum Kind {
    /// It is nginx's.
    Named,
    /// It lies in a folder of nginx's.
    Homely,
    /// It may be nginx's.
    Possible,
    /// It is something else.
    Foreign,
}

const EXTENSIONS: [&str; 9] = ["conf", "nginx", "vhost", "inc", "include", "template", "default", "cfg", "txt"];

fn kind(name: &str, file: &str) -> Kind {
    let folder = &name[..name.len() - file.len()];
    let extension = file.rsplit_once('.').map(|(_, extension)| extension);
    if file == "nginx.conf" || extension == Some("nginx") || file == "nginx.conf.template" {
        return Kind::Named;
    }
    let is_homely = || folder.contains("nginx") || folder.contains("openresty");
    let is_site = || folder.split('/').any(|part| matches!(part, "sites-available" | "sites-enabled"));
    match extension {
        Some(extension) if !EXTENSIONS.contains(&extension) => {
            // A virtual host is often named after its domain: `sites-available/www.example.org`.
            if is_site() { Kind::Possible } else { Kind::Foreign }
        }
        Some("txt" | "cfg") => Kind::Possible,
        // A license, a Makefile or a Dockerfile beside a configuration has no extension either.
        None if !of_files_without_extension(folder) => Kind::Possible,
        _ if is_homely() => Kind::Homely,
        _ => Kind::Possible,
    }
}

/// Whether a folder is one of those in which nginx's files often have no extension.
fn of_files_without_extension(folder: &str) -> bool {
    let last = folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    matches!(last, "sites-available" | "sites-enabled" | "conf.d" | "snippets")
}

/// What a text looks like, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sign {
    /// Nothing in it speaks for nginx, or something speaks against it.
    Nothing,
    /// It has a line of the form `name …;` or `name … {`.
    Statement,
    /// It opens a block that nginx shares with other programs: `server {`. Together with a statement that ends in `;`
    /// it is nginx's.
    Block,
    /// It has a directive that only nginx has.
    Nginx,
}

fn best_sign(text: &[u8]) -> Sign {
    // Every line that speaks for nginx has one of these characters. Many texts have none, and need not be cut into
    // lines.
    if memchr::memchr3(b';', b'{', b'}', text).is_none() {
        return Sign::Nothing;
    }
    let mut seen = Sign::Nothing;
    let mut block = false;
    let mut first = true;
    for line in text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii) {
        if line.is_empty() || (line[0] == b'#' && !(first && line.starts_with(b"#!"))) {
            continue;
        }
        if is_no_directive(line, first) {
            return Sign::Nothing;
        }
        first = false;
        let sign = sign(line);
        block |= sign == Sign::Block;
        seen = seen.max(if sign == Sign::Block && memchr::memchr(b';', line).is_none() { Sign::Nothing } else { sign });
        if seen == Sign::Nginx || (block && seen >= Sign::Statement) {
            return Sign::Nginx;
        }
    }
    if block { Sign::Statement } else { seen }
}

fn sign(line: &[u8]) -> Sign {
    let length = line.iter().position(|byte| !byte.is_ascii_lowercase() && !byte.is_ascii_digit() && *byte != b'_');
    let Some(length) = length.filter(|&length| length > 0 && !line[0].is_ascii_digit()) else { return Sign::Nothing };
    let (name, rest) = line.split_at(length);
    if !matches!(rest[0], b' ' | b'\t' | b';' | b'{') {
        return Sign::Nothing;
    }
    let code = before_comment(rest).trim_ascii_end();
    let block = opens_block(code);
    let statement = code.ends_with(b";") || code.ends_with(b"}");
    if block && is_block(name, code) || statement && is_directive(name, code) {
        Sign::Nginx
    } else if block && is_shared_block(name, code) {
        Sign::Block
    } else if block || statement {
        Sign::Statement
    } else {
        Sign::Nothing
    }
}

/// Whether a line opens a block: with a `{` that is not in quotes, nor that of `${name}`.
fn opens_block(code: &[u8]) -> bool {
    let (mut quote, mut last) = (None, 0);
    for byte in code {
        match (quote, byte) {
            (None, b'{') if last != b'$' => return true,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
        last = *byte;
    }
    false
}

/// The line up to a `#` after a blank.
fn before_comment(rest: &[u8]) -> &[u8] {
    let comment = memchr::memchr_iter(b'#', rest).find(|&at| at > 0 && matches!(rest[at - 1], b' ' | b'\t'));
    &rest[..comment.unwrap_or(rest.len())]
}

/// Whether nginx opens such a block, but HCL, HOCON and others do too.
fn is_shared_block(name: &[u8], rest: &[u8]) -> bool {
    matches!(name, b"http" | b"events" | b"stream" | b"mail" | b"server") && rest.trim_ascii_start().starts_with(b"{")
}

/// Whether only nginx opens such a block.
fn is_block(name: &[u8], rest: &[u8]) -> bool {
    let argument = rest.trim_ascii_start().first().copied();
    match name {
        b"location" => argument.is_some_and(|byte| matches!(byte, b'/' | b'=' | b'~' | b'^' | b'@' | b'\'' | b'"')),
        b"charset_map" => true,
        b"map" | b"geo" | b"split_clients" => memchr::memchr(b'$', rest).is_some(),
        b"upstream" => argument.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
        _ => name.ends_with(b"_by_lua_block"),
    }
}

/// Whether only nginx has such a directive.
fn is_directive(name: &[u8], rest: &[u8]) -> bool {
    const PREFIXES: [&[u8]; 9] =
        [b"ssl_", b"proxy_", b"grpc_", b"uwsgi_", b"fastcgi_", b"scgi_", b"gzip_", b"client_", b"worker_"];
    let argument = rest.trim_ascii_start();
    // This is a call or an assignment of a programming language.
    if matches!(argument.first(), Some(b'(' | b'=' | b'{')) {
        return false;
    }
    match name {
        b"listen" => argument.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"[*$".contains(byte)),
        b"server_name" | b"add_header" | b"try_files" | b"error_page" | b"access_log" | b"sendfile" | b"rewrite"
        | b"server_tokens" | b"keepalive_timeout" | b"starttls" | b"resolver" | b"load_module" | b"auth_basic"
        | b"log_format" | b"default_type" | b"limit_req" | b"sub_filter" | b"expires" => true,
        b"return" => argument.iter().take_while(|byte| byte.is_ascii_digit()).count() == 3,
        b"set" => argument.starts_with(b"$"),
        b"ssl" | b"gzip" | b"http2" => matches!(argument, b"on;" | b"off;"),
        _ => PREFIXES.iter().any(|prefix| name.starts_with(prefix)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_and_fragments_are_recognised() {
        for (name, text) in [
            ("nginx.conf", "events {\n}\n"),
            ("deploy/web.conf", "server {\n  root /srv;\n}\n"),
            ("one-line.conf", "server { root /srv; }"),
            ("tls.conf", "# TLS\nssl_protocols TLSv1.3;\nssl_ciphers HIGH;\n"),
            ("sites-available/www.example.org", "server {\n  listen 80;\n}\n"),
            ("etc/nginx/snippets/x.conf", "include other.conf;"),
            ("drop.conf", "location = /robots.txt { access_log off; }"),
            ("bom.conf", "\u{feff}http {\n  sendfile on;\n}"),
            ("crlf.conf", "server {\r\n  listen 443 ssl;\r\n}\r\n"),
            ("dump.txt", "# configuration file /etc/nginx/nginx.conf:\nuser x;\n"),
            ("default.conf.template", "server {\n  listen ${PORT};\n}\n"),
        ] {
            assert!(recognises(name, text.as_bytes()), "{name}");
        }
    }

    #[test]
    fn a_comment_begins_at_the_first_number_sign_behind_a_blank() {
        for (line, code) in [
            ("443 ssl; # not 80", "443 ssl; "),
            ("443 ssl;\t# not 80", "443 ssl;\t"),
            ("443 ssl;\t# not 80 # nor 8080;", "443 ssl;\t"),
            ("/page#part; # kept", "/page#part; "),
            ("# all", "# all"),
        ] {
            assert_eq!(before_comment(line.as_bytes()), code.as_bytes(), "{line}");
        }
    }

    #[test]
    fn other_formats_are_not_nginx() {
        for (name, text) in [
            ("httpd.conf", "Listen 80\nServerName x\n<VirtualHost *:80>\n</VirtualHost>\n"),
            ("sites-available/000-default.conf", "<VirtualHost *:443>\n  SSLEngine on\n</VirtualHost>\n"),
            ("nginx/logrotate.conf", "[section]\nserver_name = x;\n"),
            ("nginx.service.conf", "[Unit]\nDescription=nginx\n"),
            ("haproxy.cfg", "global\n  log /dev/log local0\nfrontend x\n  bind *:443 ssl crt /x\n"),
            ("README.md", "```nginx\nserver {\n  listen 80;\n}\n```\n"),
            ("nginx/setup.sh", "#!/bin/sh\nlisten 80;\n"),
            ("start", "#!/bin/sh\necho x;\n"),
            ("application.conf", "server {\n  port = 8080\n}\n"),
            ("main.tf", "server {\n  listen 80;\n}\n"),
            ("named.conf", "options {\n  listen-on port 53 { any; };\n};\nzone \"x\" {\n  type master;\n};\n"),
            ("dovecot.conf", "protocols = imap\nssl_cert = </x\n"),
            ("values.yaml", "server:\n  listen: 80\n"),
            ("nginx/x.conf", "\0server { listen 80; }"),
            ("empty.conf", ""),
            ("nginx/LICENSE", "granted, provided that the above copyright notice appear in all copies;\n"),
            ("nginx/Makefile", "all:\n\techo done;\n"),
            ("INSTALL", "Put this into nginx.conf:\n\n  server {\n    listen 443 ssl;\n  }\n"),
            ("Dockerfile", "FROM nginx\nRUN cat <<EOF >x\nserver {\n  listen 443 ssl;\n}\nEOF\n"),
            ("nslcd.conf", "map passwd homeDirectory \"${homeDirectory:-/home/$uid}\"\n"),
            ("code.inc", "if (x) {\n  listen (fd, 5);\n  return 1;\n}\n"),
        ] {
            assert!(!recognises(name, text.as_bytes()), "{name}");
        }
    }
}
