//! Firing forgeries at a target, by the commands and the runtime of the window.

use std::{
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use serde_json::{Value, json};

use super::super::{
    chain::script::Script,
    fetch, input, keys,
    output::{self, Done, Failure},
    subcommand::Setting,
};
use crate::{
    app::forge,
    attack::{
        Forgery, Ingredients, Matrix, Signed, Verdict,
        fire::{
            AT_ONCE, LIMIT, MAX_AT_ONCE, MAX_PATIENCE, MAX_PER_SECOND, PATIENCE, PER_SECOND, Pace,
            Plan,
        },
        target::{Endpoint, REFUSALS, Target, TokenPlace},
    },
    io::serve,
    kit::text::{escape, shorten},
    oauth::{
        client_auth::{AuthMethod, Client, Credential},
        http::{Field, Method},
    },
    report,
    token::Token,
};

/// Longest silence between two answers: far above every time limit of the transport.
const SILENCE: Duration = Duration::from_mins(3);

#[derive(clap::Args)]
#[command(next_help_heading = "Firing")]
pub(super) struct TargetOptions {
    /// Send the untouched token and the forgeries to this address
    #[arg(long, value_name = "URL", conflicts_with = "exchange")]
    fire: Option<url::Url>,
    /// Send them as subject tokens of an exchange to this issuer's token endpoint
    #[arg(long, value_name = "ISSUER", requires = "client_id")]
    exchange: Option<String>,
    /// Method
    #[arg(long, value_name = "M", default_value = "GET")]
    method: String,
    /// Scheme of the Authorization header that carries the token
    #[arg(long, value_name = "S", default_value = "Bearer")]
    scheme: String,
    /// Carry the token in this header instead
    #[arg(long, value_name = "NAME", conflicts_with = "body")]
    token_header: Option<String>,
    /// A further header, `Name: value`; may be repeated
    #[arg(long, value_name = "HEADER")]
    header: Vec<String>,
    /// Body; `{token}` in it is where the token goes, else it goes into the Authorization header
    #[arg(long, value_name = "TEXT")]
    body: Option<String>,
    /// Media type of the body
    #[arg(
        long,
        value_name = "TYPE",
        default_value = "application/x-www-form-urlencoded"
    )]
    content_type: String,
    /// Statuses that count as a refusal
    #[arg(long, value_name = "STATUS", value_delimiter = ',', default_values_t = REFUSALS)]
    refused: Vec<u16>,
    /// A second resource server, which must not take the token
    #[arg(long, value_name = "URL")]
    second: Option<url::Url>,
    /// Private key that the token is bound to: the requests carry proofs of it (RFC 9449)
    #[arg(long, value_name = "FILE")]
    proof_key: Option<PathBuf>,
    /// Client that exchanges
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Its private key
    #[arg(long, value_name = "FILE", conflicts_with = "client_secret_file")]
    client_key: Option<PathBuf>,
    /// File that holds its secret
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// Actor token of the exchange
    #[arg(long, value_name = "FILE")]
    actor_token: Option<PathBuf>,
    /// Audience to ask for; may be repeated
    #[arg(long, value_name = "A")]
    audience: Vec<String>,
    /// Scope to ask for; may be repeated
    #[arg(long, value_name = "S")]
    scope: Vec<String>,
    /// Resource to ask for; may be repeated
    #[arg(long, value_name = "URI")]
    resource: Vec<String>,
    /// Kind of token to ask for: `access_token`, `jwt` ... or a URI
    #[arg(long, value_name = "TYPE")]
    requested_token_type: Option<String>,
    /// Requests a second at most
    #[arg(long, value_name = "N", default_value_t = PER_SECOND, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_PER_SECOND)))]
    rate: u32,
    /// Requests in all at most
    #[arg(long, value_name = "N", default_value_t = LIMIT)]
    limit: usize,
    /// Requests that wait for an answer at the same time at most
    #[arg(long, value_name = "N", default_value_t = AT_ONCE, value_parser = at_once)]
    at_once: usize,
    /// Seconds that an answer may take
    #[arg(long, value_name = "S", default_value_t = PATIENCE, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_PATIENCE)))]
    patience: u32,
    /// Do not ask before firing at a target that is not on this machine
    #[arg(long)]
    yes: bool,
    /// Write the matrix of verdicts as a report for people, in Markdown
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Write the matrix of verdicts as a JUnit file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write the matrix of verdicts as a SARIF 2.1.0 file
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
}

impl TargetOptions {
    /// Whether a target was given.
    pub fn is_there(&self) -> bool {
        self.fire.is_some() || self.exchange.is_some()
    }

    fn target(&self) -> Result<Target, Failure> {
        let endpoint = self.endpoint()?;
        let mut target = match (&self.fire, endpoint) {
            (Some(url), _) => {
                let method = Method::parse(&self.method).ok_or_else(|| {
                    Failure::usage(format!(
                        "--method: `{}` is none of GET, POST, PUT, PATCH, DELETE",
                        escape(&self.method)
                    ))
                })?;
                Target::bearer(method, url.clone())
            }
            (None, Some(endpoint)) => Target::exchange(endpoint).map_err(Failure::impossible)?,
            (None, None) => return Err(Failure::usage("give --fire or --exchange")),
        };
        for header in &self.header {
            let (name, value) = header.split_once(':').ok_or_else(|| {
                Failure::usage(format!(
                    "--header: `{}` is not of the form Name: value",
                    escape(&shorten(header, 60))
                ))
            })?;
            target
                .headers
                .push(Field::secret(name.trim(), value.trim()));
        }
        if self.fire.is_some() {
            target.place = match (&self.token_header, &self.body) {
                (Some(name), _) => TokenPlace::Header(name.clone()),
                (None, Some(body)) if body.contains(crate::attack::target::MARK) => {
                    TokenPlace::Body
                }
                _ => TokenPlace::Authorization(self.scheme()),
            };
            target.body = self
                .body
                .as_ref()
                .map(|text| (self.content_type.clone(), text.clone()));
        }
        target.refusals = self.refused.iter().copied().collect();
        target.second.clone_from(&self.second);
        if let Some(path) = &self.proof_key {
            let key = keys::only(&keys::read(path)?)?.clone();
            if !key.is_private() {
                return Err(Failure::usage(
                    "--proof-key: is a public key; proofs need the private one",
                ));
            }
            target.proof = Some(key);
        }
        target.check().map_err(Failure::usage)?;
        Ok(target)
    }

    /// A bound token goes with the scheme of its own (RFC 9449 §7.1), unless another was asked for.
    fn scheme(&self) -> String {
        if self.proof_key.is_some() && self.scheme == "Bearer" {
            "DPoP".into()
        } else {
            self.scheme.clone()
        }
    }

    fn endpoint(&self) -> Result<Option<Endpoint>, Failure> {
        let (Some(issuer), Some(id)) = (&self.exchange, &self.client_id) else {
            return Ok(None);
        };
        let (method, credential) = match (&self.client_key, &self.client_secret_file) {
            (Some(path), _) => (
                AuthMethod::PrivateKeyJwt,
                Credential::Key(keys::only(&keys::read(path)?)?.clone()),
            ),
            (None, Some(path)) => (
                AuthMethod::ClientSecretBasic,
                Credential::Secret(keys::secret_file(path)?),
            ),
            (None, None) => (AuthMethod::None, Credential::None),
        };
        let (server, _) = fetch::issuer(issuer)?;
        Ok(Some(Endpoint {
            server,
            client: Client {
                assertion_audience: crate::oauth::client_auth::AssertionAudience::Issuer,
                client_id: id.clone(),
                method,
                credential,
            },
            actor_token: self.actor_token.as_deref().map(input::raw_of).transpose()?,
            audience: self.audience.clone(),
            scope: self.scope.clone(),
            resource: self.resource.clone(),
            requested_token_type: self.requested_token_type.clone(),
        }))
    }
}

pub(super) fn run(
    options: &TargetOptions,
    token: &Token,
    with: Ingredients,
    forgeries: Vec<&'static Forgery>,
    setting: &Setting,
) -> Result<Done, Failure> {
    let plan = Plan {
        token: token.raw.to_string(),
        with,
        target: options.target()?,
        forgeries,
        pace: Pace {
            per_second: options.rate,
            limit: options.limit,
            at_once: options.at_once,
            patience: options.patience,
        },
    };
    let remote = !plan.target.is_local();
    if remote && !options.yes {
        ask(&plan)?;
    }
    let mut script = Script::new(setting.clock)?;
    let total = plan.forgeries.len() + 2;
    script.ask(forge::Command::Fire(Arc::new(plan)));
    if remote {
        script.ask(forge::Command::ConfirmFire(true));
    }
    let stop = serve::end_flag().map_err(Failure::impossible)?;
    let bar = io::stderr().is_terminal();
    let mut shown = 0;
    script.pump(SILENCE, |script| {
        if stop.load(Ordering::Relaxed) {
            script.ask(forge::Command::CancelFire);
        }
        let done = script
            .model
            .forge
            .firing
            .as_ref()
            .map_or(total, |f| f.progress().0);
        if bar && done != shown {
            shown = done;
            let _ = write!(io::stderr().lock(), "\r{done} of {total}");
        }
    })?;
    if bar {
        let _ = write!(io::stderr().lock(), "\r\u{1b}[K");
    }
    let Some(matrix) = script.model.forge.matrix.clone() else {
        script.refuse_errors("nothing was fired")?;
        return Err(Failure::impossible("nothing was fired"));
    };
    if let Some(path) = &options.report {
        write_file(path, report::forged::markdown(&matrix).as_bytes())?;
    }
    if let Some(path) = &options.junit {
        write_file(path, report::junit::matrix(&matrix).as_bytes())?;
    }
    if let Some(path) = &options.sarif {
        let text = output::document(&report::sarif::matrix(&matrix));
        write_file(path, text.as_bytes())?;
    }
    Ok(Done {
        json: document(&matrix),
        text: in_words(&matrix),
        good: matrix.passed(),
    })
}

fn at_once(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|n| (1..=MAX_AT_ONCE).contains(n))
        .ok_or_else(|| format!("a number from 1 to {MAX_AT_ONCE}"))
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|e| Failure::impossible(format!("{}: {e}", path.display())))
}

/// Asks on the terminal; without one, `--yes` has to say it.
fn ask(plan: &Plan) -> Result<(), Failure> {
    let what = format!(
        "{} requests to {}, not on this machine",
        plan.count(),
        escape(&plan.target.foreign_hosts())
    );
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::usage(format!(
            "{what}: give --yes if you may test this server"
        )));
    }
    let _ = write!(io::stderr().lock(), "{what}. Fire? [y/N] ");
    let mut line = String::new();
    io::stdin()
        .read_line(&mut line)
        .map_err(|e| Failure::impossible(format!("standard input: {e}")))?;
    if matches!(line.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Failure::usage("nothing was sent"))
    }
}

fn document(matrix: &Matrix) -> Value {
    let results: Vec<Value> = matrix
        .rows
        .iter()
        .map(|row| {
            json!({
                "name": row.name(),
                "family": row.forgery.map(|f| f.family.name),
                "verdict": row.verdict.name(),
                "status": row.status,
                "expected": row.forgery.map_or("accept", |f| f.expected.name()),
                "signed": row.signed.map(Signed::name),
                "why": row.verdict.why(),
                "said": row.said,
                "means": row.forgery.filter(|_| row.is_finding()).map(|f| f.means),
                "millis": row.millis,
            })
        })
        .collect();
    json!({
        "target": matrix.target,
        "void": matrix.void,
        "cancelled": matrix.cancelled,
        "ended": matrix.ended,
        "passed": matrix.passed(),
        "counts": counts(matrix),
        "results": results,
    })
}

fn counts(matrix: &Matrix) -> Value {
    json!({
        "accepted": matrix.findings().count(),
        "refused": matrix.count("refused"),
        "withheld": matrix.count("withheld"),
        "noted": matrix.count("noted_accepted") + matrix.count("noted_refused"),
        "unclear": matrix.count("unclear"),
        "not_sent": matrix.count("not_sent"),
        "not_made": matrix.count("not_made"),
    })
}

fn in_words(matrix: &Matrix) -> String {
    let mut text = match &matrix.void {
        Some(void) => format!("Void: {void}\n"),
        None if matrix.findings().count() > 0 => format!(
            "{} forgeries were accepted by {}\n",
            matrix.findings().count(),
            matrix.target
        ),
        None => format!("No forgery was accepted by {}\n", matrix.target),
    };
    if matrix.cancelled {
        text.push_str("Cancelled before all was sent.\n");
    }
    if let Some(why) = &matrix.ended {
        text.push_str(&format!("{why}\n"));
    }
    text.push_str(&format!(
        "{} refused as they should be, {}{} neither, {} not sent, {} cannot be made here\n\n",
        matrix.count("refused"),
        match matrix.count("withheld") {
            0 => String::new(),
            n => format!("{n} issued without what was forged, "),
        },
        matrix.count("unclear"),
        matrix.count("not_sent"),
        matrix.count("not_made"),
    ));
    for row in &matrix.rows {
        let status = row.status.map_or("   ".into(), |s| s.to_string());
        let mark = match row.verdict {
            Verdict::Accepted => "!!",
            Verdict::ControlRefused | Verdict::Unclear => " ?",
            _ => "  ",
        };
        text.push_str(&format!(
            "{mark} {status:3}  {:34} {}",
            row.name(),
            row.verdict.words()
        ));
        if let Some(why) = row.verdict.why() {
            text.push_str(&format!(": {}", escape(why)));
        }
        if row.is_finding()
            && let Some(f) = row.forgery
        {
            text.push_str(&format!(": {}", f.means));
        }
        text.push('\n');
    }
    text
}
