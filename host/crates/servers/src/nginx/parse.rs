//! Builds the tree of one source from its tokens, and continues after every mistake. It does not check directives: like
//! nginx's grammar, it accepts any name with any words.

use keyreeve_facts::template;
use keyreeve_facts::template::Conditions;
use keyreeve_source::problem::Problem;
use keyreeve_source::{Location, Source, SourceId, Span};

use super::lexer::{Lexer, Token};
use super::tree::{File, Parsed, Siblings, Tree, Word};
use super::{dump, lua};

/// How deeply nested blocks are read. nginx has no such limit, and no real configuration comes near this one.
const DEPTH_LIMIT: usize = 128;

/// How many problems of one source are listed; further ones say nothing new.
const PROBLEM_LIMIT: usize = 100;

/// Reads one source. It is a pure function: the same bytes give the same tree and the same problems.
pub fn parse(id: SourceId, source: &Source) -> Parsed {
    let mut builder = Builder { source: id, bytes: source.bytes(), tree: Tree::default(), problems: Vec::new() };
    let files = dump::files(source.bytes())
        .into_iter()
        .map(|(path, range)| {
            let start = builder.tree.len() as u32;
            builder.file(range.start, range.end);
            File { path, directives: Siblings { start, end: builder.tree.len() as u32 } }
        })
        .collect();
    if template::has_tags(source.bytes()) {
        // Where a template cannot be followed, one mistake is made of all that comes behind it.
        builder.problems.truncate(1);
    }
    let conditions = Conditions::of(source.bytes());
    Parsed { source: id, tree: builder.tree, files, problems: builder.problems, conditions }
}

/// The words so far of an unfinished directive: only the first and the last are kept.
#[derive(Clone, Copy)]
struct Words {
    name: Word,
    last: Word,
}

fn add(pending: &mut Option<Words>, word: Word) {
    pending.get_or_insert(Words { name: word, last: word }).last = word;
}

struct Builder<'a> {
    source: SourceId,
    bytes: &'a [u8],
    tree: Tree,
    problems: Vec<Problem>,
}

impl<'a> Builder<'a> {
    /// Reads one configuration file.
    fn file(&mut self, start: usize, end: usize) {
        let mut lexer = Lexer::new(self.bytes, start, end);
        let mut open: Vec<u32> = Vec::new();
        let mut pending = None;
        loop {
            match lexer.token() {
                Token::Word(word) => add(&mut pending, word),
                Token::Glued(span) => self.unexpected(span),
                Token::Unclosed(span) => {
                    self.problem(span, "unexpected end of file, a quote is not closed");
                    add(&mut pending, Word { span });
                }
                Token::Semicolon(span) => match pending.take() {
                    Some(words) => {
                        self.tree.push(words.name.span.start);
                    }
                    None => self.unexpected(span),
                },
                Token::Open(span) => self.open(pending.take(), span, &mut open, &mut lexer),
                Token::Close(span) => {
                    self.unfinished(pending.take(), "unexpected \"}\", expecting \";\"");
                    match open.pop() {
                        Some(block) => self.tree.close(block),
                        None => self.problem(span, "unexpected \"}\", no block is open"),
                    }
                }
                Token::End => break,
            }
        }
        self.unfinished(pending, "unexpected end of file, expecting \";\" or \"}\"");
        while let Some(block) = open.pop() {
            self.problem(self.tree.head(block, self.bytes), "unexpected end of file, expecting \"}\" for this block");
            self.tree.close(block);
        }
    }

    /// Adds a directive that lacks its `;`, if words are pending.
    fn unfinished(&mut self, pending: Option<Words>, message: &str) {
        let Some(Words { name, last }) = pending else { return };
        self.problem(last.span, message);
        self.tree.push(name.span.start);
    }

    fn open(&mut self, words: Option<Words>, span: Span, open: &mut Vec<u32>, lexer: &mut Lexer<'a>) {
        if words.is_none() {
            self.unexpected(span);
        }
        let name = words.map(|words| words.name);
        let raw = name.is_some_and(|name| name.unquoted(self.bytes).ends_with(b"_by_lua_block"));
        let at = self.tree.push(name.map_or(span, |name| name.span).start);
        if raw {
            self.tree.close(at);
            self.skip_lua(span, lexer);
        } else if open.len() == DEPTH_LIMIT {
            self.tree.close(at);
            self.problem(
                span,
                format!("blocks are nested more than {DEPTH_LIMIT} deep; what is in this one is not read"),
            );
            skip_block(lexer);
        } else {
            open.push(at);
        }
    }

    fn skip_lua(&mut self, span: Span, lexer: &mut Lexer<'a>) {
        let start = lexer.position();
        match lua::block_end(self.bytes, start, lexer.end()) {
            Some(close) => lexer.jump(close + 1),
            None => {
                self.problem(span, "unexpected end of file, expecting \"}\" for this Lua block");
                lexer.jump(lexer.end());
            }
        }
    }

    /// Reports an unexpected character, quoted if it is printable.
    fn unexpected(&mut self, span: Span) {
        let byte = self.bytes.get(span.start as usize).copied().unwrap_or_default();
        let shown = std::ascii::escape_default(byte);
        self.problem(span, format!("unexpected \"{shown}\""));
    }

    fn problem(&mut self, span: Span, message: impl Into<String>) {
        if self.problems.len() < PROBLEM_LIMIT {
            self.problems.push(Problem::parse(Location { source: self.source, span }, message));
        }
    }
}

/// Skips past the `}` of a block whose `{` has been read.
fn skip_block(lexer: &mut Lexer<'_>) {
    let mut depth = 1_u32;
    while depth > 0 {
        match lexer.token() {
            Token::Open(_) => depth += 1,
            Token::Close(_) => depth -= 1,
            Token::End => return,
            _ => {}
        }
    }
}
