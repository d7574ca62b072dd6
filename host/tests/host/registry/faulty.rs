//! A server on this machine that answers as a test wants, right or wrong, and remembers its requests. It is not a
//! registry.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::registry::digits;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Method and path.
    pub(crate) line: String,
    /// What Authorization says.
    pub(crate) authorization: Option<String>,
    /// The body.
    pub(crate) body: String,
}

/// An answer.
#[derive(Clone)]
pub(crate) struct Reply {
    status: u16,
    reason: String,
    pause: Option<Duration>,
    slow_head: bool,
    headers: String,
    body: Vec<u8>,
    length: Option<usize>,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self {
            status,
            reason: "X".to_owned(),
            pause: None,
            slow_head: true,
            headers: String::new(),
            length: Some(body.len()),
            body,
        }
    }

    /// The words behind the status.
    pub(crate) fn reason(mut self, reason: &str) -> Self {
        self.reason = reason.to_owned();
        self
    }

    /// Waits this long before each byte, including those of the head.
    pub(crate) fn slowly(mut self, pause: Duration) -> Self {
        self.pause = Some(pause);
        self
    }

    /// The same, but only from the body on.
    pub(crate) fn with_slow_body(self, pause: Duration) -> Self {
        Self { slow_head: false, ..self.slowly(pause) }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers += &format!("{name}: {value}\r\n");
        self
    }

    /// Announces another length than the body has; without a length, the end of the connection ends the body.
    pub(crate) fn length(mut self, length: Option<usize>) -> Self {
        self.length = length;
        self
    }
}

/// The server; its threads end with the test.
pub(crate) struct Server {
    /// Its port.
    pub(crate) port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answers each request with what `answer` makes of it and of the server's port.
    pub(crate) fn new(answer: impl Fn(&Request, u16) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&requests), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                std::thread::spawn(move || {
                    let Some(request) = read(&stream) else { return };
                    kept.lock().unwrap().push(request.clone());
                    write(stream, &answer(&request, port));
                });
            }
        });
        Self { port, requests }
    }

    /// One that has a manifest and a component, whatever is asked by name or digest.
    pub(crate) fn with(manifest: impl Into<Vec<u8>>, component: impl Into<Vec<u8>>) -> Self {
        let (manifest, component) = (manifest.into(), component.into());
        Self::new(move |request, _| {
            Reply::new(200, if request.line.contains("/manifests/") { manifest.clone() } else { component.clone() })
        })
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}/rules/quiet:1.0.0", self.port)
    }

    /// What it was asked so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The lines of what it was asked.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.line).collect()
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let line = line.rsplit_once(' ')?.0.to_owned();
    let (mut authorization, mut length) = (None, 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(": ") else { break };
        match name.to_lowercase().as_str() {
            "authorization" => authorization = Some(value.to_owned()),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { line, authorization, body: String::from_utf8_lossy(&body).into_owned() })
}

/// A client may hang up early.
fn write(mut stream: TcpStream, reply: &Reply) {
    let Reply { status, reason, headers, body, pause, .. } = reply;
    let length = reply.length.map(|length| format!("Content-Length: {length}\r\n")).unwrap_or_default();
    let head = format!("HTTP/1.1 {status} {reason}\r\nConnection: close\r\n{length}{headers}\r\n");
    let mut send = |bytes: &[u8], pause: Option<Duration>| match pause {
        None => stream.write_all(bytes),
        Some(pause) => bytes.iter().try_for_each(|&byte| {
            std::thread::sleep(pause);
            stream.write_all(&[byte])
        }),
    };
    let _ = send(head.as_bytes(), pause.filter(|_| reply.slow_head)).and_then(|()| send(body, *pause));
}

/// The manifest of a rule, as `keyreeve rule push` writes it but for its configuration.
pub(crate) fn manifest(component: &[u8]) -> String {
    manifest_of(&[json!({
        "mediaType": "application/wasm", "digest": format!("sha256:{}", digits(component)), "size": component.len()
    })])
}

pub(crate) fn manifest_of(layers: &[Value]) -> String {
    let config = json!({ "mediaType": "application/vnd.wasm.config.v0+json", "digest": "sha256:0", "size": 2 });
    json!({ "schemaVersion": 2, "config": config, "layers": layers }).to_string()
}
