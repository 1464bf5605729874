//! `DELEGRAPH_LOG`: what the program tells of itself.

use crate::harness::Place;

#[test]
fn the_program_tells_of_itself_where_it_is_asked_and_never_a_token() {
    let place = Place::new();
    let arguments = ["chain", "run", "sample"];
    let silent = place.run(&arguments);
    assert_eq!(silent.status, 0, "{}", silent.err);
    assert!(!silent.err.contains("practice server"), "{}", silent.err);
    let told = place.run_logged("trace", &arguments);
    assert_eq!(told.status, 0, "{}", told.err);
    assert!(told.err.contains("practice server started"), "{}", told.err);
    assert!(told.err.contains("exchanged by"), "{}", told.err);
    for secret in ["eyJ", "Bearer", "client_secret", "hyper", "rustls"] {
        assert!(!told.err.contains(secret), "{secret}: {}", told.err);
    }
}

#[test]
fn a_level_that_is_none_is_told_and_nothing_else_changes() {
    let place = Place::new();
    let silent = place.run(&["chain", "list"]);
    let loud = place.run_logged("loud", &["chain", "list"]);
    assert_eq!((loud.status, &loud.out), (silent.status, &silent.out));
    assert!(loud.err.contains("`loud` is no level"), "{}", loud.err);
}
