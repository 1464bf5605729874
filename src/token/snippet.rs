//! A token as something to paste elsewhere: header line, cURL, and programs that verify it strictly.
//!
//! The programs hold neither the token nor a secret: both come from the environment. What they take
//! from the token (issuer, audience, type) is hostile text, and is escaped for each language.

use super::Token;
use crate::{
    jose::{Alg, Family},
    kit::shell,
};

/// A language that a verifying program is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Python with `PyJWT`.
    Python,
    /// JavaScript on Node.js with jose.
    Node,
    /// Go with golang-jwt and keyfunc.
    Go,
    /// Rust with jsonwebtoken and reqwest.
    Rust,
    /// Java with Nimbus JOSE+JWT.
    Java,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Python, Self::Node, Self::Go, Self::Rust, Self::Java];

    /// With its library, for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Python => "Python (PyJWT)",
            Self::Node => "Node.js (jose)",
            Self::Go => "Go (golang-jwt)",
            Self::Rust => "Rust (jsonwebtoken)",
            Self::Java => "Java (Nimbus)",
        }
    }
}

/// A header line that sends the token: by the scheme `DPoP` when it is bound to a key that a proof
/// shows (RFC 9449 §7.1).
pub fn header_line(token: &Token) -> String {
    let bound = token
        .claim("cnf")
        .is_some_and(|cnf| cnf.get("jkt").is_some());
    let scheme = if bound { "DPoP" } else { "Bearer" };
    format!("Authorization: {scheme} {}", token.raw)
}

/// A call with the token, at its audience where that is a URL.
pub fn curl(token: &Token) -> String {
    let audiences = super::claims::audiences(token).unwrap_or_default();
    let url = audiences
        .iter()
        .find(|a| a.starts_with("http://") || a.starts_with("https://"))
        .map_or("https://api.example/", String::as_str);
    format!(
        "curl --header {} {}",
        shell::quote(&header_line(token)),
        shell::quote(url)
    )
}

/// Why no program can be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnippetError {
    /// There is nothing to verify.
    #[error("the token is not signed with an algorithm that can be pinned")]
    NotSigned,
    /// The library of the language has not the algorithm.
    #[error("{library} has no {alg}")]
    NoAlg {
        /// The library.
        library: &'static str,
        /// The algorithm.
        alg: Alg,
    },
}

/// A program that verifies tokens like this one: algorithm, type, issuer and audience pinned, the key
/// by the issuer's metadata (RFC 8414), or from the environment when it is a shared secret.
pub fn program(token: &Token, language: Language) -> Result<String, SnippetError> {
    let pins = Pins::of(token)?;
    match language {
        Language::Python => Ok(python(&pins)),
        Language::Node => Ok(node(&pins)),
        Language::Go => Ok(go(&pins)),
        Language::Rust => rust(&pins),
        Language::Java => Ok(java(&pins)),
    }
}

/// What a program compares with.
struct Pins {
    alg: Alg,
    issuer: String,
    audience: String,
    /// Where the issuer's metadata is.
    metadata: String,
    /// An explicit type (RFC 8725 §3.11).
    typ: Option<String>,
    /// What stands in place of something that the token does not say.
    notes: Vec<&'static str>,
}

impl Pins {
    fn of(token: &Token) -> Result<Self, SnippetError> {
        let alg = token.header_text("alg").map(Alg::parse);
        let alg = match alg {
            Some(alg) if !matches!(alg.family(), Family::None | Family::Unknown) => alg,
            _ => return Err(SnippetError::NotSigned),
        };
        let mut notes = Vec::new();
        let issuer = token.claim_text("iss").map_or_else(
            || {
                notes.push("The token names no issuer: put in the one that you trust.");
                "https://issuer.example".to_owned()
            },
            str::to_owned,
        );
        let audiences = super::claims::audiences(token).unwrap_or_default();
        let audience = audiences.into_iter().next().unwrap_or_else(|| {
            notes.push("The token names no audience: put in your own name.");
            "https://api.example".to_owned()
        });
        let metadata = metadata(&issuer).unwrap_or_else(|| {
            notes.push("The issuer is no web address: put in where its metadata is.");
            "https://issuer.example/.well-known/oauth-authorization-server".to_owned()
        });
        let typ = token
            .header_text("typ")
            .filter(|t| !t.eq_ignore_ascii_case("jwt"));
        Ok(Self {
            alg,
            issuer,
            audience,
            metadata,
            typ: typ.map(str::to_owned),
            notes,
        })
    }

    fn shared(&self) -> bool {
        self.alg.family() == Family::Hmac
    }

    /// The notes as comments.
    fn comments(&self, sign: &str, indent: &str) -> String {
        self.notes
            .iter()
            .map(|note| format!("{indent}{sign} {note}\n"))
            .collect()
    }
}

/// The metadata of an issuer (RFC 8414 §3.1): the well-known part between host and path.
fn metadata(issuer: &str) -> Option<String> {
    let url = url::Url::parse(issuer).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() {
        return None;
    }
    let path = url.path().trim_end_matches('/');
    let origin = url.origin().ascii_serialization();
    Some(format!(
        "{origin}/.well-known/oauth-authorization-server{path}"
    ))
}

/// A string literal in double quotes. `escape` writes a character that is not printable ASCII.
fn quoted(text: &str, escape: impl Fn(char) -> String) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(c),
            c => out.push_str(&escape(c)),
        }
    }
    out.push('"');
    out
}

/// `\u` escapes by UTF-16 units.
fn units(c: char) -> String {
    c.encode_utf16(&mut [0; 2])
        .iter()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect()
}

/// `\u` or `\U` escapes by code point.
fn points(c: char) -> String {
    let code = u32::from(c);
    if code > 0xffff {
        format!("\\U{code:08x}")
    } else {
        format!("\\u{code:04x}")
    }
}

fn python(pins: &Pins) -> String {
    let lit = |text: &str| quoted(text, points);
    let key = if pins.shared() {
        "key = os.environ[\"SECRET\"].encode()\n".to_owned()
    } else {
        format!(
            "with urllib.request.urlopen({}, timeout=10) as answer:\n    \
             metadata = json.load(answer)\n\
             if metadata[\"issuer\"] != ISSUER:\n    \
             sys.exit(\"the metadata is of another issuer\")\n\
             key = jwt.PyJWKClient(metadata[\"jwks_uri\"], timeout=10).get_signing_key_from_jwt(token).key\n",
            lit(&pins.metadata)
        )
    };
    let typ = pins.typ.as_ref().map_or_else(String::new, |typ| {
        format!(
            "typ = jwt.get_unverified_header(token).get(\"typ\") or \"\"\n\
             if typ.lower().removeprefix(\"application/\") != {}.lower().removeprefix(\"application/\"):\n    \
             sys.exit(\"the token is of another type\")\n",
            lit(typ)
        )
    });
    format!(
        "# pip install \"pyjwt[crypto]\"\n\
         import json, os, sys, urllib.request\n\
         import jwt\n\n\
         {}ISSUER = {}\n\
         AUDIENCE = {}\n\n\
         token = os.environ[\"TOKEN\"].strip()\n\
         {typ}{key}\
         claims = jwt.decode(\n    \
         token,\n    \
         key,\n    \
         algorithms=[\"{}\"],\n    \
         issuer=ISSUER,\n    \
         audience=AUDIENCE,\n    \
         options={{\"require\": [\"exp\", \"iss\", \"aud\"]}},\n\
         )\n\
         print(json.dumps(claims, indent=2))\n",
        pins.comments("#", ""),
        lit(&pins.issuer),
        lit(&pins.audience),
        pins.alg.name(),
    )
}

fn node(pins: &Pins) -> String {
    let lit = |text: &str| quoted(text, units);
    let key = if pins.shared() {
        "const key = new TextEncoder().encode(process.env.SECRET);\n".to_owned()
    } else {
        format!(
            "const answer = await fetch({}, {{ signal: AbortSignal.timeout(10_000) }});\n\
             const metadata = await answer.json();\n\
             if (metadata.issuer !== ISSUER) throw new Error(\"the metadata is of another issuer\");\n\
             const key = createRemoteJWKSet(new URL(metadata.jwks_uri));\n",
            lit(&pins.metadata)
        )
    };
    let import = if pins.shared() {
        "jwtVerify"
    } else {
        "createRemoteJWKSet, jwtVerify"
    };
    let typ = pins
        .typ
        .as_ref()
        .map_or_else(String::new, |typ| format!("  typ: {},\n", lit(typ)));
    format!(
        "// npm install jose; save as verify.mjs\n\
         import {{ {import} }} from \"jose\";\n\n\
         {}const ISSUER = {};\n\
         const AUDIENCE = {};\n\n\
         const token = process.env.TOKEN.trim();\n\
         {key}\
         const {{ payload }} = await jwtVerify(token, key, {{\n  \
         algorithms: [\"{}\"],\n  \
         issuer: ISSUER,\n  \
         audience: AUDIENCE,\n\
         {typ}  \
         requiredClaims: [\"exp\", \"iss\", \"aud\"],\n\
         }});\n\
         console.log(JSON.stringify(payload, null, 2));\n",
        pins.comments("//", ""),
        lit(&pins.issuer),
        lit(&pins.audience),
        pins.alg.name(),
    )
}

fn go(pins: &Pins) -> String {
    let lit = |text: &str| quoted(text, points);
    let imports = if pins.shared() {
        "\t\"encoding/json\"\n\t\"fmt\"\n\t\"log\"\n\t\"os\"\n\t\"strings\"\n\n\t\"github.com/golang-jwt/jwt/v5\"\n"
    } else {
        "\t\"encoding/json\"\n\t\"fmt\"\n\t\"log\"\n\t\"net/http\"\n\t\"os\"\n\t\"strings\"\n\t\"time\"\n\n\t\"github.com/MicahParks/keyfunc/v3\"\n\t\"github.com/golang-jwt/jwt/v5\"\n"
    };
    let key = if pins.shared() {
        "\tkey := func(*jwt.Token) (any, error) { return []byte(os.Getenv(\"SECRET\")), nil }\n"
            .to_owned()
    } else {
        format!(
            "\tclient := &http.Client{{Timeout: 10 * time.Second}}\n\
             \tanswer, err := client.Get({})\n\
             \tif err != nil {{\n\t\tlog.Fatal(err)\n\t}}\n\
             \tdefer answer.Body.Close()\n\
             \tvar metadata struct {{\n\t\tIssuer  string `json:\"issuer\"`\n\t\tJwksURI string `json:\"jwks_uri\"`\n\t}}\n\
             \tif err := json.NewDecoder(answer.Body).Decode(&metadata); err != nil {{\n\t\tlog.Fatal(err)\n\t}}\n\
             \tif metadata.Issuer != issuer {{\n\t\tlog.Fatal(\"the metadata is of another issuer\")\n\t}}\n\
             \tkeys, err := keyfunc.NewDefault([]string{{metadata.JwksURI}})\n\
             \tif err != nil {{\n\t\tlog.Fatal(err)\n\t}}\n\
             \tkey := keys.Keyfunc\n",
            lit(&pins.metadata)
        )
    };
    let typ = pins.typ.as_ref().map_or_else(String::new, |typ| {
        format!(
            "\ttyp, _ := parsed.Header[\"typ\"].(string)\n\
             \tbare := func(t string) string {{ return strings.TrimPrefix(strings.ToLower(t), \"application/\") }}\n\
             \tif bare(typ) != bare({}) {{\n\t\tlog.Fatal(\"the token is of another type\")\n\t}}\n",
            lit(typ)
        )
    });
    format!(
        "// go get github.com/golang-jwt/jwt/v5 github.com/MicahParks/keyfunc/v3\n\
         package main\n\n\
         import (\n{imports})\n\n\
         {}const issuer = {}\n\
         const audience = {}\n\n\
         func main() {{\n\
         {key}\
         \tparsed, err := jwt.Parse(strings.TrimSpace(os.Getenv(\"TOKEN\")), key,\n\
         \t\tjwt.WithValidMethods([]string{{\"{}\"}}),\n\
         \t\tjwt.WithIssuer(issuer),\n\
         \t\tjwt.WithAudience(audience),\n\
         \t\tjwt.WithExpirationRequired())\n\
         \tif err != nil {{\n\t\tlog.Fatal(err)\n\t}}\n\
         {typ}\
         \tclaims, _ := json.MarshalIndent(parsed.Claims, \"\", \"  \")\n\
         \tfmt.Println(string(claims))\n\
         }}\n",
        pins.comments("//", ""),
        lit(&pins.issuer),
        lit(&pins.audience),
        pins.alg.name(),
    )
}

fn rust(pins: &Pins) -> Result<String, SnippetError> {
    let lit = |text: &str| quoted(text, |c| format!("\\u{{{:x}}}", u32::from(c)));
    let alg = match &pins.alg {
        Alg::Es512 | Alg::Es256K => {
            return Err(SnippetError::NoAlg {
                library: "jsonwebtoken",
                alg: pins.alg.clone(),
            });
        }
        Alg::Ed25519 => "EdDSA",
        alg => alg.name(),
    };
    let key = if pins.shared() {
        "    let key = DecodingKey::from_secret(std::env::var(\"SECRET\")?.as_bytes());\n"
            .to_owned()
    } else {
        format!(
            "    let client = reqwest::blocking::Client::builder()\n        \
             .timeout(std::time::Duration::from_secs(10))\n        .build()?;\n    \
             let metadata: serde_json::Value = client.get({}).send()?.json()?;\n    \
             if metadata[\"issuer\"] != ISSUER {{\n        return Err(\"the metadata is of another issuer\".into());\n    }}\n    \
             let address = metadata[\"jwks_uri\"].as_str().ok_or(\"no jwks_uri\")?;\n    \
             let keys: JwkSet = client.get(address).send()?.json()?;\n    \
             let kid = header.kid.ok_or(\"the token names no key\")?;\n    \
             let key = DecodingKey::from_jwk(keys.find(&kid).ok_or(\"the issuer has no such key\")?)?;\n",
            lit(&pins.metadata)
        )
    };
    let typ = pins.typ.as_ref().map_or_else(String::new, |typ| {
        format!(
            "    let bare = |t: &str| t.to_lowercase().trim_start_matches(\"application/\").to_owned();\n    \
             if bare(header.typ.as_deref().unwrap_or(\"\")) != bare({}) {{\n        \
             return Err(\"the token is of another type\".into());\n    }}\n",
            lit(typ)
        )
    });
    let header = if pins.shared() && pins.typ.is_none() {
        ""
    } else {
        "    let header = jsonwebtoken::decode_header(&token)?;\n"
    };
    let import = if pins.shared() { "" } else { ", jwk::JwkSet" };
    let crates = if pins.shared() {
        "jsonwebtoken --features aws_lc_rs && cargo add serde_json"
    } else {
        "jsonwebtoken --features aws_lc_rs && cargo add serde_json && cargo add reqwest --features blocking,json"
    };
    Ok(format!(
        "// cargo add {crates}\n\
         use jsonwebtoken::{{Algorithm, DecodingKey, Validation, decode{import}}};\n\n\
         {}const ISSUER: &str = {};\n\
         const AUDIENCE: &str = {};\n\n\
         fn main() -> Result<(), Box<dyn std::error::Error>> {{\n    \
         let token = std::env::var(\"TOKEN\")?.trim().to_owned();\n\
         {header}{typ}{key}    \
         let mut wanted = Validation::new(Algorithm::{alg});\n    \
         wanted.set_issuer(&[ISSUER]);\n    \
         wanted.set_audience(&[AUDIENCE]);\n    \
         wanted.set_required_spec_claims(&[\"exp\", \"iss\", \"aud\"]);\n    \
         let data = decode::<serde_json::Value>(&token, &key, &wanted)?;\n    \
         println!(\"{{:#}}\", data.claims);\n    \
         Ok(())\n\
         }}\n",
        pins.comments("//", ""),
        lit(&pins.issuer),
        lit(&pins.audience),
    ))
}

fn java(pins: &Pins) -> String {
    // `\u` is read before the string is: only for what can end nothing.
    let lit = |text: &str| {
        quoted(text, |c| match u32::from(c) {
            code @ (0..0x20 | 0x7f) => format!("\\{code:03o}"),
            _ => units(c),
        })
    };
    let key = if pins.shared() {
        "        var source = new com.nimbusds.jose.jwk.source.ImmutableSecret<SecurityContext>(\n                \
         System.getenv(\"SECRET\").getBytes(java.nio.charset.StandardCharsets.UTF_8));\n"
            .to_owned()
    } else {
        format!(
            "        var answer = new DefaultResourceRetriever(10_000, 10_000).retrieveResource(URI.create({}).toURL());\n        \
             var metadata = JSONObjectUtils.parse(answer.getContent());\n        \
             if (!ISSUER.equals(metadata.get(\"issuer\"))) throw new Exception(\"the metadata is of another issuer\");\n        \
             var source = JWKSourceBuilder.create(URI.create((String) metadata.get(\"jwks_uri\")).toURL()).build();\n",
            lit(&pins.metadata)
        )
    };
    let typ = pins.typ.as_ref().map_or_else(
        || "JOSEObjectType.JWT, null".to_owned(),
        |typ| {
            let bare = typ
                .get(..12)
                .filter(|head| head.eq_ignore_ascii_case("application/"))
                .map_or(typ.as_str(), |_| &typ[12..]);
            format!("new JOSEObjectType({})", lit(bare))
        },
    );
    format!(
        "// com.nimbusds:nimbus-jose-jwt\n\
         import com.nimbusds.jose.*;\n\
         import com.nimbusds.jose.jwk.source.*;\n\
         import com.nimbusds.jose.proc.*;\n\
         import com.nimbusds.jose.util.*;\n\
         import com.nimbusds.jwt.*;\n\
         import com.nimbusds.jwt.proc.*;\n\
         import java.net.URI;\n\
         import java.util.Set;\n\n\
         public class Verify {{\n\
         {}    static final String ISSUER = {};\n    \
         static final String AUDIENCE = {};\n\n    \
         public static void main(String[] args) throws Exception {{\n\
         {key}        \
         var processor = new DefaultJWTProcessor<SecurityContext>();\n        \
         processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>({typ}));\n        \
         processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.parse(\"{}\"), source));\n        \
         processor.setJWTClaimsSetVerifier(new DefaultJWTClaimsVerifier<>(\n                \
         AUDIENCE, new JWTClaimsSet.Builder().issuer(ISSUER).build(), Set.of(\"exp\", \"iss\", \"aud\")));\n        \
         System.out.println(processor.process(System.getenv(\"TOKEN\").trim(), null));\n    \
         }}\n\
         }}\n",
        pins.comments("//", "    "),
        lit(&pins.issuer),
        lit(&pins.audience),
        pins.alg.name(),
    )
}
