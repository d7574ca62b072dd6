//! Tests of keys whose examination costs out of proportion to their size, beside ordinary ones: what is not examined is
//! reported, and the rest is examined. How long that takes is not measured.

use dashu_int::UBig;

use crate::support::Tree;
use crate::weak::make::{Numbers, rsa};

#[test]
fn keys_whose_exponents_make_the_search_long_are_examined_within_a_budget_and_others_beside_them_always() {
    const COSTLY: usize = 40;
    let mut numbers = Numbers(7);
    let tree = Tree::new();
    for at in 0..COSTLY {
        tree.write(&format!("a/{at:02}.pem"), rsa(&numbers.odd(16_384), &numbers.odd(16_380)));
    }
    let mean = numbers.odd(1024);
    tree.write("b/close.pem", rsa(&((&mean - 2u8) * (&mean + 2u8)), &UBig::from(65_537u32)));
    let report = tree.check(&["--rule", "weak-key", "--format", "json"]).ends_with(1).json();

    let problems = report["problems"].as_array().unwrap();
    assert!((10..COSTLY - 10).contains(&problems.len()), "{} were not examined", problems.len());
    for (problem, at) in problems.iter().zip(COSTLY - problems.len()..) {
        assert_eq!(problem["path"], format!("a/{at:02}.pem"), "it is the last that go without: {problem}");
        let message = problem["message"].as_str().unwrap();
        assert!(message.starts_with("whether the key is weak is not known"), "{message}");
    }
    let findings = report["findings"].as_array().unwrap();
    let undetermined: Vec<_> = findings.iter().filter(|finding| finding["verdict"] == "undetermined").collect();
    assert_eq!(undetermined.len(), problems.len(), "{undetermined:#?}");
    assert!(undetermined.iter().zip(problems).all(|(finding, problem)| finding["path"] == problem["path"]));
    let close = findings.iter().find(|finding| finding["path"] == "b/close.pem").unwrap();
    assert!(close["message"].as_str().unwrap().contains("Fermat"), "{close:#?}");
}
