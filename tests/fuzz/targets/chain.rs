//! Claim sets, one a line, as the tokens of one chain: the sentence, the rules, the graph, its layout
//! and pictures. The claims are fuzzed as JSON, since no mutation gets far through base64.
#![no_main]

use delegraph::{
    evidence::Evidence,
    jose::b64,
    kit::clock::from_numeric_date,
    principal::{graph, layout},
    report::graph as draw,
    risk::{self, Settings},
    token::{decode::decode, diff, explain},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let tokens: Vec<_> = bytes
        .split(|byte| *byte == b'\n')
        .take(8)
        .map(|claims| {
            let header = b64::encode(br#"{"alg":"ES256","typ":"at+jwt"}"#);
            decode(&format!("{header}.{}.AAAA", b64::encode(claims)))
        })
        .collect();
    for token in &tokens {
        assert!(!explain::principal(token).sentence().is_empty());
    }
    let _ = diff::table(&tokens.iter().collect::<Vec<_>>());
    let now = from_numeric_date(1_700_000_000).expect("a moment");
    let evidence = Evidence::chain_of(tokens);
    let report = risk::evaluate(&evidence, &Settings::at(now));
    for finding in &report.findings {
        assert!(!finding.message.is_empty() && finding.hop < evidence.hops.len());
    }
    let graph = graph::build(&evidence, &report);
    let layout = layout::layout(&graph);
    assert!(layout.bounds.1.x.is_finite() && layout.bounds.1.y.is_finite());
    assert_eq!(layout.nodes.len(), graph.nodes.len());
    let _ = (
        draw::dot(&graph),
        draw::mermaid(&graph),
        draw::graphml(&graph),
    );
    assert!(draw::svg(&graph, &layout).ends_with("</svg>\n"));
});
