//! What only the keys of a scan together show: a factor that two of them share, and a published key that is in use.

use dashu_int::UBig;

use crate::support::{Tree, findings_of, mint};
use crate::weak::make::{Numbers, rsa, understood};

/// Moduli of which the first, the third and the fourth share a factor.
fn moduli() -> [UBig; 4] {
    let mut numbers = Numbers(99);
    // Odd numbers beside primes: 2^521 - 1 and 2^607 - 1 are prime.
    let (shared, other) = ((UBig::ONE << 521) - 1u8, (UBig::ONE << 607) - 1u8);
    let mut large = || loop {
        let number = numbers.odd(521);
        if (3u32..2000).all(|divisor| &number % divisor != 0) {
            break number;
        }
    };
    [&shared * large(), other * large(), &shared * large(), shared * large()]
}

fn public(modulus: &UBig) -> String {
    rsa(modulus, &UBig::from(65_537u32))
}

#[test]
fn each_key_names_the_places_of_those_that_it_shares_a_factor_with() {
    let texts = moduli().each_ref().map(public);
    let names = ["a.pem", "b.pem", "c.pem", "d/e.pem"];
    let files: Vec<(&str, &str)> = names.into_iter().zip(texts.iter().map(String::as_str)).collect();
    let (facts, sources) = understood(&files);
    let others: Vec<(String, Vec<&str>)> = facts
        .keys
        .iter()
        .map(|(key, place)| {
            let attributes = &key.public.attributes;
            let count = attributes.iter().find(|(name, _)| name == "shared-factor").map(|(_, count)| count.clone());
            let parts = place.parts.iter().filter(|((field, _), _)| *field == "public.shared-factor");
            (count.unwrap_or_default(), parts.map(|(_, at)| sources[at.source].name.as_str()).collect())
        })
        .collect();
    let expected =
        [("2", vec!["c.pem", "d/e.pem"]), ("", vec![]), ("2", vec!["a.pem", "d/e.pem"]), ("2", vec!["a.pem", "c.pem"])];
    assert_eq!(others, expected.map(|(count, names)| (count.to_owned(), names)));
}

#[test]
fn a_finding_points_to_both_places() {
    let moduli = moduli();
    let tree = Tree::with(&[("a.pem", &public(&moduli[0])), ("b.pem", &public(&moduli[2]))]);
    let report = tree.report(&["--rule", "weak-key"]);
    let findings = findings_of(&report, "weak-key");
    assert_eq!(findings.len(), 2);
    for (finding, [own, other]) in findings.iter().zip([["a.pem", "b.pem"], ["b.pem", "a.pem"]]) {
        assert_eq!((&finding["path"], &finding["related"][0]["path"]), (&own.into(), &other.into()), "{finding}");
        assert_eq!(finding["severity"], "critical");
    }
}

#[test]
fn one_key_in_several_places_shares_no_factor_with_itself() {
    let text = public(&moduli()[0]);
    let (facts, _) = understood(&[("a.pem", &text), ("b.pem", &text), ("c.pem", &(text.clone() + &text))]);
    assert_eq!(facts.keys.len(), 4);
    assert!(facts.keys.facts().iter().all(|key| key.public.attributes.is_empty()));
}

#[test]
fn facts_that_were_recorded_are_judged_as_the_files_were() {
    let moduli = moduli();
    let tree = Tree::with(&[("a.pem", &public(&moduli[0])), ("b.pem", &public(&moduli[2]))]);
    let facts = tree.run(&["facts", "."]).ends_with(0);
    let recorded = keyreeve::kit::replay::read(facts.stdout.as_bytes()).unwrap();
    let shared = |place: &keyreeve_facts::Place| place.parts.contains_key(&("public.shared-factor", Some(0)));
    let parts = recorded.facts.keys.places().iter().map(|place| usize::from(shared(place)));
    assert_eq!(parts.collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn ordinary_keys_and_certificates_are_not_weak() {
    let tree = Tree::with(&[("a.pem", &mint::good()), ("b.pem", &mint::weak()), ("c.pem", &mint::weak_too())]);
    tree.check(&["--rule", "weak-key"]).ends_with(0);
}
