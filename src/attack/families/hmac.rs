//! An HMAC with bytes that are no secret.

use crate::{
    attack::{Family, Forged, Forgery, Make, Need, Stage, draft::Draft},
    jose::{Jwk, pem},
    kit::text::escape,
};

const BLANK: &str = "A blank secret verifies: anyone can write any token.";
const WORD: &str =
    "The shared secret is a well-known word: anyone can write any token (RFC 8725 §3.5).";
const CONFUSED: &str = "The header's HS256 is believed and the public key is used as the secret: anyone can write any token (RFC 8725 §2.1).";
const CATALOGUE: &str =
    "RFC 8725 §2.1, §3.1; jwt_tool, JWT Editor, PortSwigger, jwt-hack, Wycheproof";
const NEEDS: &[Need] = &[Need::PublicKey];

pub(super) static FAMILY: Family = Family {
    name: "hmac",
    title: "HMAC secrets",
    says: "The token is signed with bytes that are no secret: nothing, a word, or the issuer's public key.",
    stage: Stage::Algorithm,
    forgeries: &[
        Forgery {
            name: "hmac-blank",
            title: "Blank secret",
            mutates: "`alg` becomes HS256; the HMAC is made with an empty secret.",
            source: "RFC 7518 §3.2; jwt_tool (CVE-2019-20933), Wycheproof",
            means: BLANK,
            make: Make::Token(|d| d.hmac(b"")),
            ..forgery()
        },
        Forgery {
            name: "hmac-nul",
            title: "NUL byte as secret",
            mutates: "`alg` becomes HS256; the HMAC is made with one zero byte.",
            source: "RFC 7518 §3.2; JWT Editor",
            means: BLANK,
            make: Make::Token(|d| d.hmac(b"\0")),
            ..forgery()
        },
        Forgery {
            name: "hmac-word-secret",
            title: "Secret `secret`",
            mutates: "`alg` becomes HS256; the secret is the word `secret`.",
            source: "RFC 8725 §3.5; jwt_tool",
            means: WORD,
            make: Make::Token(|d| d.hmac(b"secret")),
            ..forgery()
        },
        Forgery {
            name: "hmac-word-sample",
            title: "Secret of the well-known sample",
            mutates: "`alg` becomes HS256; the secret is the one that tutorials sign with, `your-256-bit-secret`.",
            source: "RFC 8725 §3.5; jwt-hack",
            means: WORD,
            make: Make::Token(|d| d.hmac(b"your-256-bit-secret")),
            ..forgery()
        },
        Forgery {
            name: "hmac-word-changeme",
            title: "Secret `changeme`",
            mutates: "`alg` becomes HS256; the secret is the word `changeme`.",
            source: "RFC 8725 §3.5; jwt_tool",
            means: WORD,
            make: Make::Token(|d| d.hmac(b"changeme")),
            ..forgery()
        },
        Forgery {
            name: "hmac-public-pem",
            title: "Public key as secret: PEM",
            mutates: "`alg` becomes HS256; the secret is the issuer's public key as PEM (SPKI), with its final line break.",
            source: CATALOGUE,
            means: CONFUSED,
            needs: NEEDS,
            make: Make::Token(|d| public(d, |k| pem_of(k).map(String::into_bytes))),
            ..forgery()
        },
        Forgery {
            name: "hmac-public-pem-no-newline",
            title: "Public key as secret: PEM without final line break",
            mutates: "As the PEM, but without the line break at its end.",
            source: CATALOGUE,
            means: CONFUSED,
            needs: NEEDS,
            make: Make::Token(|d| public(d, |k| Ok(pem_of(k)?.trim_end().as_bytes().to_vec()))),
            ..forgery()
        },
        Forgery {
            name: "hmac-public-pem-crlf",
            title: "Public key as secret: PEM with CRLF",
            mutates: "As the PEM, but its lines end in CR LF.",
            source: CATALOGUE,
            means: CONFUSED,
            needs: NEEDS,
            make: Make::Token(|d| public(d, |k| Ok(pem_of(k)?.replace('\n', "\r\n").into_bytes()))),
            ..forgery()
        },
        Forgery {
            name: "hmac-public-der",
            title: "Public key as secret: DER",
            mutates: "`alg` becomes HS256; the secret is the issuer's public key as DER (SPKI).",
            source: CATALOGUE,
            means: CONFUSED,
            needs: NEEDS,
            make: Make::Token(|d| public(d, |k| pem::spki_der(k).map_err(|e| e.to_string()))),
            ..forgery()
        },
        Forgery {
            name: "hmac-public-jwk",
            title: "Public key as secret: JWK",
            mutates: "`alg` becomes HS256; the secret is the text of the issuer's public JWK.",
            source: CATALOGUE,
            means: CONFUSED,
            needs: NEEDS,
            make: Make::Token(|d| {
                public(d, |k| serde_json::to_vec(&k.0).map_err(|e| e.to_string()))
            }),
            ..forgery()
        },
        Forgery {
            name: "hmac-public-pkcs1-pem",
            title: "Public key as secret: PKCS#1 PEM",
            mutates: "`alg` becomes HS256; the secret is the issuer's RSA public key as PKCS#1 PEM.",
            source: CATALOGUE,
            means: CONFUSED,
            needs: NEEDS,
            make: Make::Token(|d| {
                public(d, |k| {
                    Ok(pem::armour("RSA PUBLIC KEY", &pkcs1(k)?).into_bytes())
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "hmac-public-pkcs1-der",
            title: "Public key as secret: PKCS#1 DER",
            mutates: "`alg` becomes HS256; the secret is the issuer's RSA public key as PKCS#1 DER.",
            source: CATALOGUE,
            means: CONFUSED,
            needs: NEEDS,
            make: Make::Token(|d| public(d, pkcs1)),
            ..forgery()
        },
        Forgery {
            name: "hmac-public-modulus",
            title: "Public key as secret: key bytes",
            mutates: "`alg` becomes HS256; the secret is the bare key: the modulus, or the coordinates of the point.",
            source: "RFC 8725 §2.1; own",
            means: CONFUSED,
            needs: NEEDS,
            make: Make::Token(|d| public(d, bare)),
            ..forgery()
        },
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery::of(&FAMILY)
}

fn public(d: &Draft<'_>, secret: impl Fn(&Jwk) -> Result<Vec<u8>, String>) -> Forged {
    let key = d.with.public.as_ref().ok_or_else(|| {
        if d.with.signing.is_some() {
            "the issuer signs with a shared secret: it has no public key".to_owned()
        } else {
            "needs the issuer's public key: give its key set or PEM".to_owned()
        }
    })?;
    d.hmac(&secret(key)?)
}

fn pem_of(key: &Jwk) -> Result<String, String> {
    pem::write(key).map_err(|e| e.to_string())
}

fn pkcs1(key: &Jwk) -> Result<Vec<u8>, String> {
    if key.kty() != "RSA" {
        return Err(format!(
            "PKCS#1 is for RSA keys, and the issuer's is {}",
            escape(&key.describe())
        ));
    }
    pem::rsa_public_der(key).map_err(|e| e.to_string())
}

fn bare(key: &Jwk) -> Result<Vec<u8>, String> {
    let member = |name: &str| {
        key.text(name)
            .and_then(|text| crate::jose::b64::decode(text).ok())
            .ok_or_else(|| format!("the issuer's key has no `{name}`"))
    };
    match key.kty() {
        "RSA" => member("n"),
        "EC" => Ok([member("x")?, member("y")?].concat()),
        _ => member("x"),
    }
}
