//! What a host must not be able to write does not compile. The messages are kept beside the cases.

#[test]
fn what_would_break_a_promise_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}
