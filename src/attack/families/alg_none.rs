//! The header says that the token is not signed (RFC 7519 §6).

use crate::{
    attack::{
        Family, Forged, Forgery, Make, Signed, Stage,
        draft::{Draft, raw},
    },
    jose::b64,
};

const MEANS: &str = "Unsigned tokens are accepted: anyone can write any token (RFC 8725 §3.2).";

pub(super) static FAMILY: Family = Family {
    name: "alg-none",
    title: "Algorithm none",
    says: "The header says that the token is not signed. Does the server believe it?",
    stage: Stage::Algorithm,
    forgeries: &[
        Forgery {
            name: "alg-none",
            title: "none, no signature",
            mutates: "`alg` becomes `none`, the signature is left out.",
            source: "RFC 8725 §3.2; jwt_tool, JWT Editor, PortSwigger, jwt-hack",
            means: MEANS,
            make: Make::Token(|d| none(d, "none", false)),
            ..forgery()
        },
        Forgery {
            name: "alg-none-capital",
            title: "None, no signature",
            mutates: "`alg` becomes `None`, the signature is left out.",
            source: "RFC 8725 §3.2; jwt_tool, JWT Editor",
            means: MEANS,
            make: Make::Token(|d| none(d, "None", false)),
            ..forgery()
        },
        Forgery {
            name: "alg-none-upper",
            title: "NONE, no signature",
            mutates: "`alg` becomes `NONE`, the signature is left out.",
            source: "RFC 8725 §3.2; jwt_tool, JWT Editor",
            means: MEANS,
            make: Make::Token(|d| none(d, "NONE", false)),
            ..forgery()
        },
        Forgery {
            name: "alg-none-mixed",
            title: "nOnE, no signature",
            mutates: "`alg` becomes `nOnE`, the signature is left out.",
            source: "RFC 8725 §3.2; jwt_tool, JWT Editor",
            means: MEANS,
            make: Make::Token(|d| none(d, "nOnE", false)),
            ..forgery()
        },
        Forgery {
            name: "alg-none-signature-kept",
            title: "none, signature kept",
            mutates: "`alg` becomes `none`, the signature stays.",
            source: "RFC 8725 §3.2; jwt-hack",
            means: MEANS,
            make: Make::Token(|d| none(d, "none", true)),
            ..forgery()
        },
        Forgery {
            name: "alg-none-capital-signature-kept",
            title: "None, signature kept",
            mutates: "`alg` becomes `None`, the signature stays.",
            source: "RFC 8725 §3.2; jwt-hack",
            means: MEANS,
            make: Make::Token(|d| none(d, "None", true)),
            ..forgery()
        },
        Forgery {
            name: "alg-none-upper-signature-kept",
            title: "NONE, signature kept",
            mutates: "`alg` becomes `NONE`, the signature stays.",
            source: "RFC 8725 §3.2; jwt-hack",
            means: MEANS,
            make: Make::Token(|d| none(d, "NONE", true)),
            ..forgery()
        },
        Forgery {
            name: "alg-none-mixed-signature-kept",
            title: "nOnE, signature kept",
            mutates: "`alg` becomes `nOnE`, the signature stays.",
            source: "RFC 8725 §3.2; jwt-hack",
            means: MEANS,
            make: Make::Token(|d| none(d, "nOnE", true)),
            ..forgery()
        },
        Forgery {
            name: "alg-empty",
            title: "Empty alg",
            mutates: "`alg` becomes the empty string, the signature is left out.",
            source: "RFC 7515 §4.1.1; jwt_tool",
            means: MEANS,
            make: Make::Token(|d| none(d, "", false)),
            ..forgery()
        },
        Forgery {
            name: "alg-missing",
            title: "No alg",
            mutates: "`alg` is removed, the signature is left out.",
            source: "RFC 7515 §4.1.1; Wycheproof",
            means: MEANS,
            make: Make::Token(|d| {
                raw(
                    format!(
                        "{}.{}.",
                        b64::encode(d.header_set("/alg", None)?),
                        d.parts()?[1]
                    ),
                    Signed::Nothing,
                )
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

fn none(d: &Draft<'_>, alg: &str, keep: bool) -> Forged {
    let [_, payload, signature] = d.parts()?;
    let header = b64::encode(d.header_set("/alg", Some(alg.into()))?);
    if keep {
        d.signature()?;
        return raw(format!("{header}.{payload}.{signature}"), Signed::Kept);
    }
    raw(format!("{header}.{payload}."), Signed::Nothing)
}
