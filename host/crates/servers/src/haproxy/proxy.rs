//! Walks through the sections of a configuration in order and tracks what `global` and `defaults` have stated so far,
//! as HAProxy does. The endpoints themselves are made in `binds` and `backends`.

use std::collections::HashMap;
use std::rc::Rc;

use crate::endpoint::Collector;
use crate::ledger::CutShort;
use crate::tls::{Argument, Stated, is_placeholder};

use super::backends;
use super::binds;
use super::crt_list::Lists;
use super::file::File;
use super::options::{Options, Parameters};
use super::parse::{Kind, Line, Section};
use super::tls::Reader;

/// How a proxy treats its traffic.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Mode {
    /// As bytes: HAProxy's default.
    Tcp,
    Http,
    /// Unknown, for this reason.
    Unknown(Rc<str>),
}

/// What proxies take from a `defaults` section.
#[derive(Clone)]
struct Defaults<'a> {
    mode: Mode,
    server: Options<'a>,
}

/// A proxy, or a section like one, with everything that is stated around it.
pub(super) struct Proxy<'a> {
    pub(super) file: File<'a>,
    pub(super) section: &'a Section,
    /// Its name.
    pub(super) name: String,
    pub(super) mode: Mode,
    /// What `default-server` has stated so far.
    pub(super) server: Options<'a>,
}

/// One walk.
pub(super) struct Walk<'w, 'a, 'l> {
    pub(super) reader: &'w mut Reader<'l>,
    pub(super) out: &'w mut Collector<'l>,
    pub(super) lists: &'w Lists<'a>,
    /// What `global` has stated so far for `bind` and for `server`.
    pub(super) bind: Options<'a>,
    pub(super) server: Options<'a>,
    /// `ssl-server-verify`, which applies wherever it stands.
    pub(super) verify: Rc<Stated<'a>>,
    /// `crt-base`.
    pub(super) crt_base: Option<Argument<'a>>,
    /// The last `defaults` section so far, and all those with a name.
    defaults: Defaults<'a>,
    named: HashMap<String, Defaults<'a>>,
}

/// The defaults that one line states: for `bind`, and for `server`.
struct Globals<'a> {
    bind: Options<'a>,
    server: Options<'a>,
}

impl<'w, 'a, 'l> Walk<'w, 'a, 'l> {
    /// A walk through a complete configuration.
    pub(super) fn new(reader: &'w mut Reader<'l>, out: &'w mut Collector<'l>, lists: &'w Lists<'a>) -> Self {
        let defaults = Defaults { mode: Mode::Tcp, server: Options::default() };
        let (bind, server) = (Options::default(), Options::default());
        let (verify, crt_base, named) = (Rc::default(), None, HashMap::new());
        Self { reader, out, lists, bind, server, verify, crt_base, defaults, named }
    }

    /// Makes everything unknown that was stated before these files, for this reason.
    pub(super) fn nothing_is_known(mut self, reason: &Rc<str>) -> Self {
        (self.bind, self.server) = (Options::unknown(reason), Options::unknown(reason));
        let server = Options { ssl: Default::default(), ..Options::unknown(reason) };
        self.defaults = Defaults { mode: Mode::Unknown(Rc::clone(reason)), server };
        self.verify = Rc::new(Stated::Unknown(reason.to_string()));
        self
    }

    /// Makes unknown what the sections `global` and `defaults` in a later file may state: HAProxy may read that file
    /// before these.
    pub(super) fn perhaps_after(mut self, file: File<'a>) -> Self {
        let reason: Rc<str> = format!("whether {} is read before this file is not known", file.name).into();
        for section in file.parsed.sections.iter().filter(|section| section.kind == Kind::Global) {
            self.global(file, section);
        }
        (self.bind, self.server) = (self.bind.perhaps(&reason), self.server.perhaps(&reason));
        if file.parsed.sections.iter().any(|section| section.kind == Kind::Defaults) {
            self.defaults.mode = Mode::Unknown(reason);
        }
        self
    }

    /// From here on the order is certain again: what was uncertain is stated again.
    pub(super) fn global_is_read(&mut self) {
        (self.bind, self.server) = (Options::default(), Options::default());
        self.defaults.mode = Mode::Tcp;
    }

    /// Records `ssl-server-verify`, wherever it stands in a file.
    pub(super) fn look_for_verify(&mut self, file: File<'a>) {
        for section in file.parsed.sections.iter().filter(|section| section.kind == Kind::Global) {
            for line in &section.lines {
                let mut words = file.words(line);
                let Some(name) = words.next().filter(|name| name.text == "ssl-server-verify") else { continue };
                self.verify = Rc::new(match (file.condition(line, None), words.next()) {
                    (Some(reason), _) => Stated::Unknown(reason.to_string()),
                    (None, Some(value)) => Stated::Value(name.text, value),
                    (None, None) => Stated::Unknown(self.reader.values.without_value(&name.text, name.location)),
                });
            }
        }
    }

    /// Adds the endpoints of a file.
    pub(super) fn file(&mut self, file: File<'a>) -> Result<(), CutShort> {
        for section in &file.parsed.sections {
            match section.kind {
                Kind::Global => self.global(file, section),
                Kind::Defaults => self.defaults(file, section),
                _ => self.proxy(file, section)?,
            }
        }
        Ok(())
    }

    fn global(&mut self, file: File<'a>, section: &'a Section) {
        for line in &section.lines {
            let mut words = file.words(line);
            let Some(name) = words.next() else { continue };
            if name.text == "crt-base" {
                self.crt_base = words.next();
                continue;
            }
            let Some(mut stated) = self.globals(name, words) else { continue };
            if let Some(reason) = file.condition(line, None) {
                stated.bind = stated.bind.perhaps(&reason);
                stated.server = stated.server.perhaps(&reason);
            }
            (self.bind, self.server) = (stated.bind.over(&self.bind), stated.server.over(&self.server));
        }
    }

    fn globals(&self, name: Argument<'a>, mut words: impl Iterator<Item = Argument<'a>>) -> Option<Globals<'a>> {
        let values = &self.reader.values;
        if is_placeholder(&name.text) {
            let unknown = || Options::unknown(&values.not_understood("global", &name).into());
            return Some(Globals { bind: unknown(), server: unknown() });
        }
        let (is_bind, setting) = match (name.text.strip_prefix("ssl-default-bind-"), &name.text) {
            (Some(setting), _) => (true, setting),
            (None, text) => (false, text.strip_prefix("ssl-default-server-")?),
        };
        let mut options = Options::default();
        if setting == "options" {
            options = Parameters::read(words, &name.text, values).options;
        } else {
            let field = match setting {
                "ciphers" => &mut options.ciphers,
                "ciphersuites" => &mut options.ciphersuites,
                "curves" => &mut options.curves,
                _ => return None,
            };
            *field = Rc::new(match words.next() {
                Some(value) => Stated::Value(name.text, value),
                None => Stated::Unknown(values.without_value(&name.text, name.location)),
            });
        }
        let (ours, theirs) = (options, Options::default());
        Some(if is_bind { Globals { bind: ours, server: theirs } } else { Globals { bind: theirs, server: ours } })
    }

    fn defaults(&mut self, file: File<'a>, section: &'a Section) {
        let heading = self.heading(file, section);
        let mut server = heading.inherited.server;
        let mode = self.mode(file, section, heading.inherited.mode);
        for line in &section.lines {
            if let Some(stated) = self.default_server(file, section, line) {
                server = stated.over(&server);
            }
        }
        // If it is uncertain whether this section is in force, only what it shares with the previous one is known.
        let defaults = match file.condition(&section.head, None) {
            Some(reason) => Defaults { mode: Mode::Unknown(Rc::clone(&reason)), server: server.perhaps(&reason) },
            None => Defaults { mode, server },
        };
        if let Some(name) = heading.name {
            self.named.insert(name, defaults.clone());
        }
        self.defaults = defaults;
    }

    fn proxy(&mut self, file: File<'a>, section: &'a Section) -> Result<(), CutShort> {
        let heading = self.heading(file, section);
        let is_proxy = matches!(section.kind, Kind::Frontend | Kind::Listen | Kind::Backend);
        // Other sections take nothing from `defaults`.
        let Defaults { mode, server } = match is_proxy {
            true => heading.inherited,
            false => Defaults { mode: Mode::Tcp, server: Options::default() },
        };
        let mode = if is_proxy { self.mode(file, section, mode) } else { Mode::Tcp };
        let mut proxy = Proxy { file, section, name: heading.name.unwrap_or_default(), mode, server };
        binds::all(self, &proxy)?;
        for line in &section.lines {
            if let Some(stated) = self.default_server(file, section, line) {
                proxy.server = stated.over(&proxy.server);
            } else {
                backends::server(self, &proxy, line)?;
            }
        }
        Ok(())
    }

    /// What `default-server` states, if the line is such a directive.
    fn default_server(&self, file: File<'a>, section: &Section, line: &Line) -> Option<Options<'a>> {
        let mut words = file.words(line);
        words.next().filter(|name| name.text == "default-server")?;
        let options = Parameters::read(words, "default-server", &self.reader.values).options;
        // What `global` has stated by then applies, although it is only the default of the default.
        Some(match file.condition(line, section.head.branch) {
            Some(reason) => options.perhaps(&reason),
            None => options,
        })
    }

    /// The mode that a section states or inherits.
    fn mode(&self, file: File<'a>, section: &Section, inherited: Mode) -> Mode {
        let mut mode = inherited;
        for line in &section.lines {
            let mut words = file.words(line);
            if words.next().is_none_or(|name| name.text != "mode") {
                continue;
            }
            let Some(value) = words.next() else { continue };
            mode = match (file.condition(line, section.head.branch), &*value.text) {
                (Some(reason), _) => Mode::Unknown(reason),
                (None, "http") => Mode::Http,
                (None, text) if is_placeholder(text) => {
                    Mode::Unknown(self.reader.values.not_understood("mode", &value).into())
                }
                (None, _) => Mode::Tcp,
            };
        }
        mode
    }

    /// Reads `frontend name from defaults`, and what that inherits.
    fn heading(&self, file: File<'a>, section: &Section) -> Heading<'a> {
        let words: Vec<Argument<'a>> = file.words(&section.head).skip(1).take(3).collect();
        let text = |position: usize| words.get(position).map(|word| &*word.text);
        let is_from = |position| text(position) == Some("from");
        let from = if is_from(0) && section.kind == Kind::Defaults { text(1) } else { text(2).filter(|_| is_from(1)) };
        let inherited = match from {
            Some(from) => self.named.get(from).cloned().unwrap_or_else(|| {
                let reason = Rc::from(format!("the defaults {from} are not in the scanned tree"));
                let server = Options { ssl: Default::default(), ..Options::unknown(&reason) };
                Defaults { mode: Mode::Unknown(reason), server }
            }),
            // A section `defaults` does not inherit from the previous one.
            None if section.kind == Kind::Defaults => match &self.defaults.mode {
                Mode::Unknown(reason) => Defaults { mode: Mode::Unknown(Rc::clone(reason)), ..self.defaults.clone() },
                _ => Defaults { mode: Mode::Tcp, server: Options::default() },
            },
            None => self.defaults.clone(),
        };
        Heading { name: text(0).filter(|name| *name != "from").map(str::to_owned), inherited }
    }
}

/// What the first line of a section says.
struct Heading<'a> {
    name: Option<String>,
    inherited: Defaults<'a>,
}
