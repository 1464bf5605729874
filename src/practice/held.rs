//! Whether the one who sends a token holds the key that it is bound to (RFC 9449 §7).

use serde_json::{Value, json};

use super::{
    Fault, Faults,
    issued::{Flaw, Seen},
    memory::Remembered,
    proof,
    server::{Request, Server},
};
use crate::oauth::dpop::{self, Check, Demand, Judged, Outcome, Step};

/// How a token is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// RFC 6750.
    Bearer,
    /// RFC 9449 §7.1.
    Dpop,
}

impl Scheme {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }
}

/// How a token came.
pub struct Sent<'a> {
    /// By which scheme.
    pub scheme: Scheme,
    /// Its text.
    pub token: &'a str,
    /// Nonces that are good; none when none is asked for.
    pub nonces: &'a [String],
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Held {
    /// What is wrong.
    pub flaws: Vec<Flaw>,
    /// The error code, when the token itself is good.
    pub error: Option<&'static str>,
    /// The binding as it was seen, for the answer.
    pub saw: Value,
}

/// Looks at the binding of a token that was seen, and at the proof that came with it.
pub fn judge(server: &mut Server<'_>, seen: &Seen, request: &Request<'_>, sent: &Sent<'_>) -> Held {
    let mut held = Held::default();
    let jkt = seen.jkt();
    if sent.scheme == Scheme::Bearer {
        if jkt.is_some() && !server.faults.contains(Fault::DpopBearerAccepted) {
            held.flaws.push(Flaw {
                check: "scheme",
                found: "Bearer, for a token that is bound to a key".into(),
                expected: "Authorization: DPoP, and a proof of that key in the header DPoP".into(),
                source: "RFC 9449 §7.2",
            });
            held.error = Some("invalid_token");
        }
        held.saw = json!({ "scheme": "Bearer", "jkt": jkt, "proven": false });
        return held;
    }
    let url = match proof::address(request) {
        Ok(url) => url,
        Err(found) => {
            held.flaws.push(Flaw {
                check: "htu",
                found: found.to_string(),
                expected: "an address".into(),
                source: Check::Address.source(),
            });
            return held;
        }
    };
    let judged = dpop::judge(
        &request.proofs,
        &Demand {
            method: request.method,
            url: &url,
            now: server.now,
            token: Some(sent.token),
            jkt,
            nonces: sent.nonces,
        },
    );
    let failed: Vec<&Step> = judged
        .flaws()
        .filter(|step| !ignored(server.faults, step.check))
        .collect();
    let none_but = |checks: &[Check]| failed.iter().all(|step| checks.contains(&step.check));
    held.error = if failed.is_empty() {
        None
    } else if none_but(&[Check::Binding]) {
        // The proof is sound; the token is not the sender's (RFC 9449 §7.1).
        Some("invalid_token")
    } else if none_but(&[Check::Nonce, Check::Binding]) {
        Some(dpop::USE_NONCE)
    } else {
        Some(dpop::INVALID_PROOF)
    };
    held.flaws = failed.iter().map(|step| flaw(step)).collect();
    if jkt.is_none() {
        held.flaws.insert(
            0,
            Flaw {
                check: "scheme",
                found: "DPoP, for a token that is bound to no key".into(),
                expected: "Authorization: Bearer, or a token that is bound to the key of the proof"
                    .into(),
                source: "RFC 9449 §7.1",
            },
        );
        held.error = Some("invalid_token");
    }
    if held.flaws.is_empty() && seen.flaws.is_empty() {
        once(server, &mut held, &judged, &url);
    }
    let checks = |outcome: Outcome, passed_over: bool| -> Vec<&str> {
        let steps = judged.steps.iter().filter(|s| s.outcome == outcome);
        let failed = |s: &&Step| {
            outcome != Outcome::Failed || ignored(server.faults, s.check) == passed_over
        };
        let mut names: Vec<_> = steps.filter(failed).map(|s| s.check.name()).collect();
        names.dedup(); // `jwk` is looked at twice
        names
    };
    held.saw = json!({
        "scheme": "DPoP",
        "jkt": jkt,
        "proof_by": judged.thumbprint,
        "proven": jkt.is_some() && held.flaws.is_empty(),
        "proof": {
            "passed": checks(Outcome::Passed, false),
            "failed": checks(Outcome::Failed, false),
            "failed_but_ignored": checks(Outcome::Failed, true),
            "not_reached": checks(Outcome::NotReached, false),
        },
    });
    held
}

/// No proof is good twice.
fn once(server: &mut Server<'_>, held: &mut Held, judged: &Judged, url: &url::Url) {
    match proof::remember(server, judged, url) {
        Remembered::New => {}
        Remembered::Seen if server.faults.contains(Fault::DpopReplayAccepted) => {}
        Remembered::Seen => {
            held.flaws.push(Flaw {
                check: "jti",
                found: "a proof that was used before".into(),
                expected: "a new proof for each request".into(),
                source: "RFC 9449 §11.1",
            });
            held.error = Some(dpop::INVALID_PROOF);
        }
        Remembered::Full => {
            held.flaws.push(Flaw {
                check: "jti",
                found: "more proofs than this server can remember".into(),
                expected: "a pause of a minute, until some are forgotten".into(),
                source: "RFC 9449 §11.1",
            });
            held.error = Some(dpop::INVALID_PROOF);
        }
    }
}

fn flaw(step: &Step) -> Flaw {
    Flaw {
        check: step.check.name(),
        found: step.found.clone(),
        expected: step.expected.clone(),
        source: step.check.source(),
    }
}

/// Whether a fault passes over what a check found.
fn ignored(faults: &Faults, check: Check) -> bool {
    match check {
        Check::Type => faults.contains(Fault::DpopTypIgnored),
        Check::Algorithm => faults.contains(Fault::DpopAlgIgnored),
        Check::Signature => faults.contains(Fault::DpopSignatureIgnored),
        Check::Binding => faults.contains(Fault::DpopKeyIgnored),
        Check::Method => faults.contains(Fault::DpopHtmIgnored),
        Check::Address => faults.contains(Fault::DpopHtuIgnored),
        Check::TokenHash => faults.contains(Fault::DpopAthIgnored),
        Check::Age => faults.contains(Fault::DpopIatIgnored),
        _ => false,
    }
}
