//! Reads JSON, with the comments and commas that its dialects add, as a tree with byte spans. Not what a tree means;
//! jsonc-parser scans the tokens, and the nesting is kept here so that everything before a fault is still read.

use jsonc_parser::errors::ParseError;
use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};
use keyreeve_source::Span;

use super::tree::{Builder, Inside, Kept, Node, Tree, Value, decode};

/// Reads a text (RFC 8259; comments, trailing commas and single quotes are accepted). A byte order mark is skipped.
pub fn parse(bytes: &[u8]) -> Tree {
    parse_kept(bytes, Kept::All)
}

/// Like [`parse`], but keeps only some values.
pub fn parse_kept(bytes: &[u8], kept: Kept) -> Tree {
    let mut builder = Builder::new(bytes.len(), kept);
    let text = decode(bytes, &mut builder.tree);
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { base: start, scanner: Scanner::new(&text[start..], &ScannerOptions::default()), builder };
    reader.document();
    let mut builder = reader.builder;
    builder.tree.documents = builder.finish_document().into_iter().collect();
    builder.tree
}

struct Reader<'a> {
    /// Where the scanner's text begins.
    base: usize,
    scanner: Scanner<'a>,
    builder: Builder,
}

/// What the grammar expects next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    ValueOrEnd,
    NameOrEnd,
    Colon,
    CommaOrEnd,
    Nothing,
}

impl Reader<'_> {
    /// Reads to the end, or to the first fault that cannot be skipped.
    fn document(&mut self) {
        let mut next = Next::Value;
        while !self.builder.is_full() {
            match self.scanner.scan() {
                Ok(Some(Token::CommentLine(_) | Token::CommentBlock(_))) => {}
                Ok(Some(token)) => match self.token(token, next) {
                    Some(then) => next = then,
                    None => return,
                },
                Ok(None) => {
                    if self.builder.depth() > 0 {
                        self.fault("ends inside a list or an object");
                    }
                    return;
                }
                Err(error) => return self.syntax_error(&error),
            }
        }
    }

    /// Takes a token and returns what is expected next. Returns `None` after a fault that ends the reading.
    fn token(&mut self, token: Token<'_>, next: Next) -> Option<Next> {
        let next = if next == Next::CommaOrEnd && is_start(&token) {
            self.fault("a comma is missing here");
            self.after_comma()
        } else {
            next
        };
        let start = self.start();
        match (token, next) {
            (Token::OpenBrace, Next::Value | Next::ValueOrEnd) => {
                self.builder.open_map(start);
                Some(Next::NameOrEnd)
            }
            (Token::OpenBracket, Next::Value | Next::ValueOrEnd) => {
                self.builder.open_list(start);
                Some(Next::ValueOrEnd)
            }
            (Token::CloseBrace, Next::NameOrEnd) => self.close(),
            (Token::CloseBracket, Next::ValueOrEnd) => self.close(),
            (Token::CloseBrace, Next::CommaOrEnd) if self.builder.inside() == Some(Inside::Map) => self.close(),
            (Token::CloseBracket, Next::CommaOrEnd) if self.builder.inside() == Some(Inside::List) => self.close(),
            (Token::Colon, Next::Colon) => Some(Next::Value),
            (Token::Comma, Next::CommaOrEnd) => Some(self.after_comma()),
            (token @ (Token::String(_) | Token::Word(_) | Token::Number(_)), Next::NameOrEnd) => {
                self.scalar(&token);
                Some(Next::Colon)
            }
            (
                token @ (Token::String(_) | Token::Number(_) | Token::Boolean(_) | Token::Null),
                Next::Value | Next::ValueOrEnd,
            ) => {
                self.scalar(&token);
                Some(self.after_value())
            }
            _ => {
                self.fault(expectation(next));
                None
            }
        }
    }

    fn close(&mut self) -> Option<Next> {
        let end = self.base + self.scanner.token_end();
        self.builder.close(Some(end));
        Some(self.after_value())
    }

    fn scalar(&mut self, token: &Token<'_>) {
        let value = if *token == Token::Null { Value::Null } else { Value::Scalar(token.as_str().into()) };
        let span = self.span();
        self.builder.place(Node { value, span });
    }

    fn after_value(&self) -> Next {
        if self.builder.depth() == 0 { Next::Nothing } else { Next::CommaOrEnd }
    }

    fn after_comma(&self) -> Next {
        match self.builder.inside() {
            Some(Inside::Map) => Next::NameOrEnd,
            Some(Inside::List) | None => Next::ValueOrEnd,
        }
    }

    fn start(&self) -> usize {
        self.base + self.scanner.token_start()
    }

    fn span(&self) -> Span {
        Span::new(self.start(), self.base + self.scanner.token_end().max(self.scanner.token_start()))
    }

    fn fault(&mut self, message: &str) {
        let span = self.span();
        self.builder.tree.fault(span, message);
    }

    fn syntax_error(&mut self, error: &ParseError) {
        let range = error.range();
        let span = Span::new(self.base + range.start, self.base + range.end.max(range.start));
        self.builder.tree.fault(span, error.kind().to_string().to_lowercase());
    }
}

fn is_start(token: &Token<'_>) -> bool {
    !matches!(token, Token::CloseBrace | Token::CloseBracket | Token::Comma | Token::Colon)
}

fn expectation(next: Next) -> &'static str {
    match next {
        Next::Value => "a value is expected here",
        Next::ValueOrEnd => "a value or `]` is expected here",
        Next::NameOrEnd => "a name or `}` is expected here",
        Next::Colon => "a colon is expected here",
        Next::CommaOrEnd => "a comma or the end of the list or object is expected here",
        Next::Nothing => "there is more than one value",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    /// The tree as serde_json's value; of equal names the last one counts, as in serde_json.
    fn plain(node: &Node, text: &str) -> serde_json::Value {
        match &node.value {
            Value::Scalar(_) => serde_json::from_str(&text[node.span.range()]).unwrap(),
            Value::List(items) => items.iter().map(|item| plain(item, text)).collect(),
            Value::Map(members) => {
                members.iter().map(|member| (member.key.text.to_string(), plain(&member.value, text))).collect()
            }
            _ => serde_json::Value::Null,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        /// serde_json is the oracle: a text that it accepts is read without a fault and to the same value, each scalar
        /// from its own bytes.
        #[test]
        fn what_serde_json_reads_is_read_alike(text in "([\\[\\]{},: \n]|\"[a-c]?\"|\"\\\\n\"|-?[1-9]|null|true|\\{\"a\":|\"b\":1\\}){0,9}") {
            let tree = parse(text.as_bytes());
            if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
                let duplicates_only = tree.faults.iter().all(|fault| fault.message.contains("twice"));
                prop_assert!(duplicates_only, "{:?} {:?}", text, tree.faults);
                prop_assert_eq!(plain(&tree.documents[0], &text), value);
            }
        }
    }

    #[test]
    fn a_missing_comma_is_a_fault_and_the_rest_is_read() {
        let tree = parse(b"{\"a\": 1 \"b\": [1 2], /* c */ 'd': null,}");
        let messages: Vec<_> = tree.faults.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(messages, ["a comma is missing here", "a comma is missing here"]);
        let names: Vec<_> = tree.documents[0].members().iter().map(|member| &*member.key.text).collect();
        assert_eq!(names, ["a", "b", "d"]);
    }

    #[test]
    fn closing_brackets_must_match_however_deep() {
        let text = format!("{}{}", "[".repeat(200), "}".repeat(200));
        assert!(parse(text.as_bytes()).faults.iter().any(|fault| fault.message.contains("or `]`")));
        assert!(parse(b"[1}").faults.iter().any(|fault| fault.message.contains("end of the list")));
    }
}
