//! Keys whose numbers cost far more to look at than their bytes to read: that there is an end to it, and that it is said.
//! Not what is found of them.

use dashu_int::UBig;
use keyreeve::facts::read::Detail;
use keyreeve::policy::Policy;
use keyreeve::problem::{Problem, Subject};
use keyreeve::scan::{self, Understood};
use keyreeve::source::{Source, Sources};

use crate::make::{Numbers, rsa};

fn understood(files: &[(String, String)]) -> Understood {
    let sources = files.iter().map(|(name, text)| Source::new(name, None, text.clone().into_bytes()));
    let mut sources = Sources::new(sources.collect());
    scan::understand(&mut sources, &Policy::built_in(), Detail::Judged, &Default::default())
}

/// Of each key, in order, whether everything was looked for.
fn examined(understood: &Understood) -> Vec<bool> {
    let keys = understood.facts.keys.facts().iter();
    keys.map(|key| key.public.attributes.iter().all(|(name, _)| name != "unexamined")).collect()
}

fn place(problem: &Problem) -> (u32, &str) {
    match &problem.subject {
        Subject::Place(location) => (location.source.0, &problem.message),
        other => panic!("{other:?}"),
    }
}

/// Keys whose public exponent is as long as their modulus, which is looked at for a small private one.
fn long(count: usize, seed: u64) -> impl Iterator<Item = String> {
    let mut numbers = Numbers(seed);
    (0..count).map(move |_| rsa(&numbers.odd(16_384), &(numbers.odd(16_380))))
}

#[test]
fn long_exponents_are_looked_at_until_the_scan_has_spent_enough_and_every_other_key_is_told() {
    let first = ("a.pem".to_owned(), long(9, 5).collect());
    let then = ("b.pem".to_owned(), long(4, 7).collect());
    let ordinary = ("c.pem".to_owned(), rsa(&Numbers(9).odd(2048), &UBig::from(65_537u32)));
    let understood = understood(&[first, then, ordinary]);
    let examined = examined(&understood);
    let count = examined.iter().take_while(|&&is_examined| is_examined).count();
    assert!((6..9).contains(&count), "{examined:?}");
    assert!(examined[count..13].iter().all(|is_examined| !is_examined), "{examined:?}");
    assert!(examined[13], "what is cheap is still looked at");
    let problems: Vec<_> = understood.problems.iter().map(place).collect();
    let others = 9 - count - 1;
    assert_eq!(problems.len(), 2, "{problems:?}");
    let expected = match others {
        0 => "not every weakness of this key is looked for".to_owned(),
        _ => format!("not every weakness of this key, and of {others} others in this file, is looked for"),
    };
    assert!(problems[0].0 == 0 && problems[0].1.starts_with(&expected), "{problems:?}");
    assert!(problems[1].0 == 1 && problems[1].1.contains("and of 3 others in this file"), "{problems:?}");
}

#[test]
fn hundreds_of_ordinary_keys_are_all_looked_at() {
    let mut numbers = Numbers(3);
    let files: Vec<_> =
        (0..300).map(|at| (format!("{at}.pem"), rsa(&numbers.odd(2048), &UBig::from(65_537u32)))).collect();
    let understood = understood(&files);
    assert!(understood.problems.is_empty(), "{:?}", understood.problems);
    assert!(examined(&understood).into_iter().all(|is_examined| is_examined));
}
