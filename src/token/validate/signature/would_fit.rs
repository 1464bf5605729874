//! Where a signature does not fit a key: what it would fit. Most signatures that fail are sound, and
//! something around them is not: the secret is written in base64, the token is cut, its issuer signs
//! another text than it sends. "Changed, or signed by another key" would send people the wrong way.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{
    keys::{Named, name},
    readings::reading,
};
use crate::{
    jose::{
        Alg, Family, Jwk, b64, crypto,
        der::{self, Reader},
        pem::{self, Certificate},
    },
    kit::{
        json,
        text::{escape, shorten},
    },
    token::{
        decode::Signed,
        json_text,
        validate::{Candidate, confusion::confused},
    },
};

/// Longest secret of which other readings are tried, in bytes.
const LONGEST_SECRET: usize = 4096;

/// Keys that are tried beside those that the token points to, so that a hostile set costs little.
const MOST_KEYS: usize = 64;

/// A signature that no key at hand verifies.
pub(super) struct Misfit<'a> {
    pub alg: &'a Alg,
    pub signed: &'a Signed<'a>,
    pub detached: Option<&'a [u8]>,
    pub signature: &'a [u8],
    pub named: &'a Named<'a>,
}

impl Misfit<'_> {
    /// What is known of a signature that `key` does not verify, in a sentence; `None` when nothing
    /// explains it.
    pub fn would_fit(&self, key: &Candidate) -> Option<String> {
        self.no_secret(key)
            .or_else(|| self.unpadded(&key.jwk))
            .or_else(|| self.in_der(&key.jwk))
            .or_else(|| self.authority(&key.jwk))
            .or_else(|| self.another_secret(&key.jwk))
            .or_else(|| self.another_content(&key.jwk))
            .or_else(|| self.another_algorithm(&key.jwk))
            .or_else(|| self.hashed_nonce(&key.jwk))
            .or_else(|| self.another_key(&[key]))
            .or_else(|| self.another_length(&key.jwk))
            .or_else(|| self.nonce_of_microsoft())
    }

    /// The same for a key that cannot be used with the algorithm at all.
    pub fn would_fit_unfit(&self, key: &Candidate) -> Option<String> {
        self.no_secret(key).or_else(|| self.authority(&key.jwk))
    }

    /// A hint for a signature that none of the keys at hand may verify.
    pub fn of_others(&self) -> Option<String> {
        self.another_key(&[])
            .or_else(|| {
                let keys = self.named.keys.iter().take(MOST_KEYS);
                keys.into_iter().find_map(|key| {
                    let words = self.authority(&key.jwk)?;
                    Some(format!("{words} The key meant is {}.", name(key)))
                })
            })
            .or_else(|| self.of_itself())
    }

    /// A hint from what the token says of itself.
    fn of_itself(&self) -> Option<String> {
        self.nonce_of_microsoft()
            .or_else(|| {
                let leaf = self.leaf()?;
                let fits = if self.fits(&leaf.key) {
                    ", and that certificate's key made the signature"
                } else {
                    ""
                };
                Some(format!(
                    "The token brings a certificate in `x5c` (subject {}, issued by {}){fits}, which is \
                     not to be trusted because the token says so (RFC 7515 §4.1.6): give the certificate \
                     that you expect as the key.",
                    called(&leaf.subject),
                    called(&leaf.issuer)
                ))
            })
            .or_else(|| self.odd_length())
    }

    fn input(&self) -> Vec<u8> {
        self.signed.input(self.detached)
    }

    fn fits(&self, key: &Jwk) -> bool {
        self.fits_over(key, &self.input())
    }

    fn fits_over(&self, key: &Jwk, input: &[u8]) -> bool {
        crypto::verify(key, self.alg, input, self.signature).is_ok()
    }

    /// A public key or a certificate that was given as a shared secret.
    fn no_secret(&self, key: &Candidate) -> Option<String> {
        let what = key.facts().public?;
        let secret = crypto::keys::secret(&key.jwk).ok()?;
        let inside = pem::read_bytes(&secret, None).unwrap_or_default();
        let fits = inside.iter().take(MOST_KEYS).any(|key| self.fits(key));
        if self.alg.family() == Family::Hmac {
            let input = self.input();
            let is_hmac = |read: &[u8]| crypto::is_hmac(read, self.alg, &input, self.signature);
            let made = reading(&secret, is_hmac).is_some()
                || inside
                    .iter()
                    .take(MOST_KEYS)
                    .any(|key| confused(self.signed, key).is_some());
            if made {
                return Some(format!(
                    "Key confusion: what was given as a shared secret is {what}, and the token was made with \
                     it as the secret, as anybody can (RFC 8725 §2.1, CVE-2016-10555). Give it as a key, not \
                     as a secret."
                ));
            }
        }
        Some(format!(
            "What was given as a shared secret is {what}{}: give it as a key, not as a secret.",
            if fits {
                ", and that key made the signature"
            } else {
                ""
            }
        ))
    }

    /// The first certificate of `x5c`.
    fn leaf(&self) -> Option<Certificate> {
        let first = self.signed.members().get("x5c")?.as_array()?.first()?;
        Certificate::read(&STANDARD.decode(first.as_str()?).ok()?)
    }

    /// The key that was given is that of the authority whose certificate the token brings.
    fn authority(&self, key: &Jwk) -> Option<String> {
        let leaf = self.leaf()?;
        (leaf.is_signed_by(key) && self.fits(&leaf.key)).then(|| {
            format!(
                "It fits the certificate that the token brings in `x5c` (subject {}), and this key \
                 issued that certificate: once its dates, purpose and name are checked, give the \
                 certificate itself as the key. A path to it is not validated here (RFC 5280 §6).",
                called(&leaf.subject)
            )
        })
    }

    /// Another key at hand than those that the token points to.
    pub fn another_key(&self, tried: &[&Candidate]) -> Option<String> {
        let made = self
            .named
            .keys
            .iter()
            .filter(|key| !tried.iter().any(|other| std::ptr::eq(*other, *key)))
            .take(MOST_KEYS)
            .find(|key| self.fits(&key.jwk))?;
        let foreign = match (&made.issuer, self.named.issuer) {
            (Some(own), Some(issuer)) if own != issuer => {
                format!(", which is a key of {} and not of the issuer", escape(own))
            }
            _ => String::new(),
        };
        let kid = match (self.named.kid, made.jwk.kid()) {
            (Some(named), Some(own)) if named != own => format!(
                ": the header names the `kid` `{}`, and the key that made it is `{}`",
                escape(&shorten(named, 80)),
                escape(&shorten(own, 80))
            ),
            _ => String::new(),
        };
        Some(format!("It fits {}{foreign}{kid}.", name(made)))
    }

    /// R and S without the zeros in front of them, as careless makers of ECDSA signatures write them.
    fn unpadded(&self, key: &Jwk) -> Option<String> {
        let whole = length(key, self.alg).filter(|_| self.alg.family() == Family::Ecdsa)?;
        let width = whole / 2;
        let signature = self.signature;
        if signature.len() >= whole || signature.len() + 8 < whole {
            return None;
        }
        let input = self.input();
        // Where S begins is not said: each place at which both numbers are short enough is tried.
        let fits_split = |at: usize| {
            let (r, s) = signature.split_at(at);
            let mut padded = vec![0; width.saturating_sub(r.len())];
            padded.extend_from_slice(r);
            padded.resize(padded.len() + width.saturating_sub(s.len()), 0);
            padded.extend_from_slice(s);
            padded.len() == whole && crypto::verify(key, self.alg, &input, &padded).is_ok()
        };
        (signature.len() - width..=width).find(|at| fits_split(*at))?;
        Some(format!(
            "The signature has {} bytes, and fits once R and S have their leading zeros, {whole} bytes (RFC 7518 §3.4): \
             it is not cut, its maker leaves them out.",
            signature.len()
        ))
    }

    /// R and S in DER, as most libraries make them for other uses.
    fn in_der(&self, key: &Jwk) -> Option<String> {
        let whole = length(key, self.alg).filter(|_| self.alg.family() == Family::Ecdsa)?;
        let mut pair = Reader::new(self.signature).enter(der::SEQUENCE)?;
        let mut out = Vec::with_capacity(whole);
        for _ in 0..2 {
            let number = pair.unsigned()?;
            out.resize(out.len() + (whole / 2).checked_sub(number.len())?, 0);
            out.extend_from_slice(number);
        }
        crypto::verify(key, self.alg, &self.input(), &out)
            .is_ok()
            .then(|| {
                format!(
                    "The signature is in DER, and fits once R and S stand side by side, {whole} bytes, as {} \
                     wants them (RFC 7518 §3.4): the token is unaltered, its maker writes it wrongly.",
                    self.alg
                )
            })
    }

    /// Of another length than the algorithm gives by this key.
    fn another_length(&self, key: &Jwk) -> Option<String> {
        const MODULI: [usize; 6] = [128, 192, 256, 384, 512, 1024];
        let (alg, found) = (self.alg, self.signature.len());
        let whole = length(key, alg).filter(|whole| *whole != found)?;
        if found == 0 {
            return None;
        }
        match alg.family() {
            Family::RsaPkcs1 | Family::RsaPss if MODULI.contains(&found) => {
                let modulus = b64::decode(key.text("n")?).ok()?;
                return Some(format!(
                    "The signature has {found} bytes, as a key of {} bits makes them, and this key has \
                     {} bits: it was made by a key of {} bits, not by this one.",
                    found * 8,
                    der::bit_length(&modulus),
                    found * 8
                ));
            }
            Family::Ecdsa if self.signature.first() == Some(&0x30) && found > whole => return None,
            Family::Ecdsa | Family::Hmac => {
                let other = [
                    Alg::Hs256,
                    Alg::Hs384,
                    Alg::Hs512,
                    Alg::Es256,
                    Alg::Es384,
                    Alg::Es512,
                ];
                let made = other
                    .iter()
                    .find(|o| o.family() == alg.family() && fixed_length(o) == Some(found));
                if let Some(made) = made {
                    return Some(format!(
                        "The signature has {found} bytes, as {made} makes them, where {alg} gives \
                         {whole}: another key made it under another algorithm, or its end is missing."
                    ));
                }
            }
            _ => {}
        }
        Some(if found < whole {
            format!(
                "The signature has {found} bytes, and {alg} by this key gives {whole}: the token is cut short."
            )
        } else {
            format!(
                "The signature has {found} bytes, and {alg} by this key gives {whole}: something was \
                 added at its end, or another key made it."
            )
        })
    }

    /// Of a length that the algorithm gives by no key.
    fn odd_length(&self) -> Option<String> {
        let (alg, found) = (self.alg, self.signature.len());
        match alg.family() {
            Family::RsaPkcs1 | Family::RsaPss => (found < 128 || found % 8 != 0).then(|| {
                format!("The signature has {found} bytes, as no usual RSA key gives: the token seems to be cut short.")
            }),
            _ => {
                let whole = fixed_length(alg)?;
                let der = alg.family() == Family::Ecdsa && self.signature.first() == Some(&0x30);
                (found < whole && !der).then(|| {
                    format!("The signature has {found} bytes, and {alg} gives {whole}: the token is cut short.")
                })
            }
        }
    }

    /// Tokens for Microsoft Graph: what is signed has the hash of the nonce in its header.
    fn hashed_nonce(&self, key: &Jwk) -> Option<String> {
        let nonce = self.signed.members().get("nonce")?.as_str()?;
        let header = String::from_utf8(b64::decode(&self.signed.protected).ok()?).ok()?;
        let hash = crypto::sha256(nonce.as_bytes());
        let spellings = [b64::encode(&hash), lower_hex(&hash), STANDARD.encode(&hash)];
        let signed_so = spellings.into_iter().any(|spelling| {
            let Some(header) = json_text::set(&header, "/nonce", Some(&Value::from(spelling)))
            else {
                return false;
            };
            let rest = self.input();
            let rest = rest.get(self.signed.protected.len()..).unwrap_or_default();
            let input = [b64::encode(header).as_bytes(), rest].concat();
            self.fits_over(key, &input)
        });
        signed_so.then(|| {
            "It fits once the `nonce` of the header is replaced by its SHA-256: this is a token for \
             Microsoft Graph, unaltered, which nobody else is meant to verify."
                .into()
        })
    }

    /// A nonce in the header of a token by Microsoft, with which it cannot be verified.
    fn nonce_of_microsoft(&self) -> Option<String> {
        let nonce = self.signed.members().get("nonce")?;
        (nonce.is_string() && self.named.issuer.is_some_and(is_microsoft)).then(|| {
            "The header has a `nonce`, as tokens of Microsoft Graph do: they are signed over its \
             SHA-256 instead, and only Microsoft Graph can verify them. To nobody else are they worth \
             anything."
                .into()
        })
    }

    /// A shared secret that was read in another way than it is written.
    fn another_secret(&self, key: &Jwk) -> Option<String> {
        if self.alg.family() != Family::Hmac || key.kty() != "oct" {
            return None;
        }
        let secret = crypto::keys::secret(key).ok()?;
        if secret.len() > LONGEST_SECRET {
            return None;
        }
        let input = self.input();
        let fits = |read: &[u8]| crypto::is_hmac(read, self.alg, &input, self.signature);
        let words = reading(&secret, fits)?;
        Some(format!(
            "It fits the secret {words}: the token is unaltered, the secret was read wrongly."
        ))
    }

    /// Detached content that has gained or lost a line break, or is encoded the other way.
    fn another_content(&self, key: &Jwk) -> Option<String> {
        let content = self.detached?;
        let text = std::str::from_utf8(content).ok();
        let of_text =
            |change: &dyn Fn(&str) -> Option<String>| text.and_then(change).map(String::into_bytes);
        let ends: [(&str, Option<Vec<u8>>); 10] = [
            (
                "without the line break at its end",
                content.strip_suffix(b"\n").map(<[u8]>::to_vec),
            ),
            (
                "without the line break (CR LF) at its end",
                content.strip_suffix(b"\r\n").map(<[u8]>::to_vec),
            ),
            (
                "with a line break at its end",
                Some([content, b"\n"].concat()),
            ),
            (
                "with a line break (CR LF) at its end",
                Some([content, b"\r\n"].concat()),
            ),
            (
                "with LF instead of CR LF",
                of_text(&|t| t.contains("\r\n").then(|| t.replace("\r\n", "\n"))),
            ),
            (
                "with CR LF instead of LF",
                of_text(&|t| {
                    let bare = t.contains('\n') && !t.contains('\r');
                    bare.then(|| t.replace('\n', "\r\n"))
                }),
            ),
            (
                "without the byte order mark at its beginning",
                content.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec),
            ),
            (
                "without the white space around it",
                Some(content.trim_ascii().to_vec()),
            ),
            (
                "as JSON without white space",
                json::parse(content)
                    .ok()
                    .map(|j| j.value.to_string().into()),
            ),
            (
                "decoded from base64url",
                of_text(&|t| {
                    let bytes = b64::decode(t.trim().trim_end_matches('=')).ok()?;
                    String::from_utf8(bytes).ok()
                }),
            ),
        ];
        for (words, other) in ends {
            let Some(other) = other.filter(|other| other.as_slice() != content) else {
                continue;
            };
            if self.fits_over(key, &self.signed.input(Some(&other))) {
                return Some(format!(
                    "It fits the detached content {words}: it was signed so."
                ));
            }
        }
        let head = self.signed.protected.as_bytes();
        let other = if self.signed.unencoded() {
            [head, b".", b64::encode(content).as_bytes()].concat()
        } else {
            [head, b".", content].concat()
        };
        self.fits_over(key, &other).then(|| {
            if self.signed.unencoded() {
                "It fits the detached content in base64url, although the header says `b64: false` (RFC 7797 §3)."
            } else {
                "It fits the detached content as it stands, as with `b64: false`, which the header does not say (RFC 7797 §3)."
            }
            .into()
        })
    }

    /// The same key under another algorithm than the header names. The header is part of what was
    /// signed: who made the token wrote it so.
    fn another_algorithm(&self, key: &Jwk) -> Option<String> {
        const BY_FAMILY: [&[Alg]; 2] = [
            &[
                Alg::Rs256,
                Alg::Rs384,
                Alg::Rs512,
                Alg::Ps256,
                Alg::Ps384,
                Alg::Ps512,
            ],
            &[Alg::Hs256, Alg::Hs384, Alg::Hs512],
        ];
        let mut open = key.clone();
        open.0.remove("alg");
        let input = self.input();
        let family = BY_FAMILY.into_iter().find(|all| all.contains(self.alg))?;
        let made = family.iter().find(|other| {
            *other != self.alg && crypto::verify(&open, other, &input, self.signature).is_ok()
        })?;
        Some(format!(
            "It fits this key under {made}, but the header says {}: its maker names the wrong \
             algorithm, for the header is part of what was signed.",
            self.alg
        ))
    }
}

/// Whether an issuer is Microsoft's, in any of its clouds.
fn is_microsoft(issuer: &str) -> bool {
    const HOSTS: [&str; 7] = [
        "sts.windows.net",
        "login.microsoftonline.com",
        "login.microsoftonline.us",
        "login.partner.microsoftonline.cn",
        "login.chinacloudapi.cn",
        "sts.chinacloudapi.cn",
        "login.windows.net",
    ];
    let rest = issuer.strip_prefix("https://").unwrap_or(issuer);
    let host = rest.split('/').next().unwrap_or(rest);
    HOSTS.contains(&host)
}

fn called(name: &str) -> String {
    if name.is_empty() {
        "without a name".into()
    } else {
        escape(&shorten(name, 120)).into_owned()
    }
}

fn lower_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The length that a signature has by this algorithm, whatever the key, in bytes.
fn fixed_length(alg: &Alg) -> Option<usize> {
    Some(match alg {
        Alg::Hs256 => 32,
        Alg::Hs384 => 48,
        Alg::Hs512 | Alg::Es256 | Alg::Es256K | Alg::EdDsa | Alg::Ed25519 => 64,
        Alg::Es384 => 96,
        Alg::Es512 => 132,
        _ => return None,
    })
}

/// The length that a signature has by this key and algorithm, in bytes.
pub(super) fn length(key: &Jwk, alg: &Alg) -> Option<usize> {
    match alg.family() {
        Family::RsaPkcs1 | Family::RsaPss => {
            let modulus = b64::decode(key.text("n")?).ok()?;
            Some(der::strip(&modulus).len())
        }
        _ => fixed_length(alg),
    }
}
