//! Numbers and encodings of an ECDSA signature.

use crate::{
    attack::{Expected, Family, Forged, Forgery, Make, Stage, draft::Draft},
    jose::{Family as AlgFamily, crypto::forge},
    kit::text::escape,
};

const RANGE: &str = "R and S are not checked to lie between 1 and the order: a signature can be made without a key.";
const FORM: &str =
    "The signature is read in another form than RFC 7518 §3.4 has it: two texts for one token.";

pub(super) static FAMILY: Family = Family {
    name: "ecdsa",
    title: "ECDSA",
    says: "Numbers and encodings that careless ECDSA code lets pass.",
    stage: Stage::Numbers,
    forgeries: &[
        Forgery {
            name: "ecdsa-zero",
            title: "R and S zero",
            mutates: "R and S become 0: with them the equation holds for every key and every message.",
            source: "CVE-2022-21449; JWT Editor, Wycheproof",
            means: "R and S may be zero: anyone can write any token (\"psychic signatures\").",
            make: Make::Token(|d| numbers(d, |s| Some(vec![0; s.len()]))),
            ..forgery()
        },
        Forgery {
            name: "ecdsa-zero-der",
            title: "R and S zero, in DER",
            mutates: "R and S become 0, written in DER.",
            source: "CVE-2022-21449; Wycheproof",
            means: RANGE,
            make: Make::Token(|d| numbers(d, |_| Some(vec![0x30, 6, 2, 1, 0, 2, 1, 0]))),
            ..forgery()
        },
        Forgery {
            name: "ecdsa-one",
            title: "R and S one",
            mutates: "R and S become 1.",
            source: "FIPS 186-5 §6.4.2; Wycheproof",
            means: RANGE,
            make: Make::Token(|d| {
                numbers(d, |s| {
                    let mut one = vec![0; s.len()];
                    let half = s.len() / 2;
                    *one.get_mut(half.checked_sub(1)?)? = 1;
                    *one.last_mut()? = 1;
                    Some(one)
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "ecdsa-der",
            title: "DER instead of R and S",
            mutates: "The signature is written in DER; it is otherwise good.",
            source: "RFC 7518 §3.4; Wycheproof",
            means: FORM,
            make: Make::Token(|d| numbers(d, |s| Some(forge::ecdsa_der(s)))),
            ..forgery()
        },
        Forgery {
            name: "ecdsa-twin",
            title: "The other S",
            mutates: "S becomes the order less S: a second signature that verifies.",
            expected: Expected::Either,
            source: "Wycheproof (high S)",
            means: "Nothing is wrong by RFC 7518: a token has two texts. Do not revoke, cache or deduplicate by a token's text.",
            make: Make::Token(|d| numbers(d, |s| forge::ecdsa_twin(&d.with.alg, s))),
            ..forgery()
        },
        Forgery {
            name: "ecdsa-truncated",
            title: "Truncated",
            mutates: "The last byte of S is cut off.",
            source: "RFC 7518 §3.4; Wycheproof",
            means: FORM,
            make: Make::Token(|d| numbers(d, |s| Some(s[..s.len() - 1].to_vec()))),
            ..forgery()
        },
        Forgery {
            name: "ecdsa-extended",
            title: "Extended",
            mutates: "R and S each get a leading zero byte.",
            source: "RFC 7518 §3.4; Wycheproof",
            means: FORM,
            make: Make::Token(|d| {
                numbers(d, |s| {
                    let (r, s) = s.split_at(s.len() / 2);
                    Some([&[0], r, &[0], s].concat())
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "ecdsa-r-out-of-range",
            title: "R out of range",
            mutates: "R becomes the order of the group.",
            source: "FIPS 186-5 §6.4.2; Wycheproof",
            means: RANGE,
            make: Make::Token(|d| numbers(d, |s| forge::ecdsa_out_of_range(&d.with.alg, s))),
            ..forgery()
        },
        Forgery {
            name: "ecdsa-s-out-of-range",
            title: "S out of range",
            mutates: "S becomes the order of the group.",
            source: "FIPS 186-5 §6.4.2; Wycheproof",
            means: RANGE,
            make: Make::Token(|d| numbers(d, |s| forge::ecdsa_s_out_of_range(&d.with.alg, s))),
            ..forgery()
        },
        Forgery {
            name: "ecdsa-all-ones",
            title: "R and S too large",
            mutates: "Every bit of R and S is set.",
            source: "FIPS 186-5 §6.4.2; Wycheproof",
            means: RANGE,
            make: Make::Token(|d| numbers(d, |s| Some(vec![0xff; s.len()]))),
            ..forgery()
        },
        Forgery {
            name: "ecdsa-swapped",
            title: "R and S swapped",
            mutates: "R and S change places.",
            source: "RFC 7518 §3.4; own",
            means: FORM,
            make: Make::Token(|d| {
                numbers(d, |s| {
                    let (r, s) = s.split_at(s.len() / 2);
                    Some([s, r].concat())
                })
            }),
            ..forgery()
        },
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery::of(&FAMILY)
}

fn numbers(d: &Draft<'_>, change: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Forged {
    if d.with.alg.family() != AlgFamily::Ecdsa {
        return Err(format!(
            "the token is signed with {}, not with ECDSA",
            escape(d.with.alg.name())
        ));
    }
    let signature = d.signature()?;
    let changed =
        change(&signature).ok_or("the signature does not have the length of its algorithm")?;
    d.with_signature(&changed)
}
