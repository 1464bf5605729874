//! `delegraph forge`: deliberate forgeries of a token, firing them at a target, weak secrets.

mod crack;
mod fire;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{
    fetch, input, keys,
    output::{self, Done, Failure},
    subcommand::Setting,
};
use crate::{
    attack::{Family, Forgery, Ingredients, Made, Need, catalogue, named, stack},
    jose::Jwk,
    kit::text::{escape, shorten},
    token::{Form, Token},
};

/// Forge a token on purpose, and see whether a server refuses it
#[derive(clap::Args)]
#[command(
    after_help = "Exit status with --fire: 0 the control was accepted and every forgery refused, 1 a forgery was accepted, \
                  or the control failed. With --crack: 1 the secret was found. Fire only at servers that you may test."
)]
pub(super) struct Options {
    /// Forgery, or several joined by `+`, each applied to the result of the one before; then the file
    /// with the token (`-` or nothing is standard input)
    #[arg(value_name = "NAME] [FILE")]
    words: Vec<String>,
    /// List every forgery and what it does
    #[arg(long, conflicts_with_all = ["all", "fire", "exchange", "crack"])]
    list: bool,
    /// Make every forgery; those that cannot be made of this token say why
    #[arg(long, conflicts_with_all = ["fire", "exchange", "crack"])]
    all: bool,
    /// Only forgeries of this family, or of this name; may be repeated
    #[arg(long, value_name = "FAMILY|NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Key: the issuer's (private: what is forged is signed with it, so that only the change is wrong;
    /// public: for key confusion), or a private key of your own; may be repeated
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Key set of the issuer: a file, or a URL to fetch it from
    #[arg(long, value_name = "FILE|URL")]
    jwks: Vec<String>,
    /// File that holds the issuer's shared secret
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Another token: of another kind, issuer, audience or client; may be repeated
    #[arg(long, value_name = "FILE")]
    other: Vec<PathBuf>,
    /// Address of yours that forged key pointers (jku, x5u, kid) lead to, to see who fetches
    #[arg(long, value_name = "URL")]
    callback: Option<url::Url>,
    /// The token that this one was exchanged from
    #[arg(long, value_name = "FILE")]
    parent: Option<PathBuf>,
    #[command(flatten)]
    pick: input::Pick,
    #[command(flatten)]
    target: fire::TargetOptions,
    /// Try weak secrets on an HS256, HS384 or HS512 token, and public keys that are given
    #[arg(long, conflicts_with_all = ["fire", "exchange"], help_heading = "Weak secrets")]
    crack: bool,
    /// Words to try, a line each, beside the small list that comes with the program
    #[arg(
        long,
        value_name = "FILE",
        requires = "crack",
        help_heading = "Weak secrets"
    )]
    wordlist: Option<PathBuf>,
}

pub(super) fn run(options: &Options, setting: &Setting) -> Result<Done, Failure> {
    let chosen = options.chosen()?;
    if options.list {
        return Ok(list(&chosen));
    }
    let fires = options.target.is_there();
    let (names, path) = options.words(fires || options.all || options.crack)?;
    let keys = options.keys()?;
    let token = input::one_token(&input::text(&path)?, &options.pick)?;
    if options.crack {
        return crack::run(&token, options.wordlist.clone(), keys, setting);
    }
    let with = options.ingredients(&token, &keys, setting)?;
    if fires {
        let forgeries = match &names {
            Some(names) => names.clone(),
            None => chosen,
        };
        return fire::run(&options.target, &token, with, forgeries, setting);
    }
    match names {
        Some(names) => one(&names, &token, &with),
        None => Ok(all(&chosen, &token, &with)),
    }
}

impl Options {
    /// The forgeries that `--only` leaves.
    fn chosen(&self) -> Result<Vec<&'static Forgery>, Failure> {
        for name in &self.only {
            if Family::named(name).is_none() && named(name).is_none() {
                return Err(unknown(name));
            }
        }
        let wanted = |f: &&Forgery| {
            self.only.is_empty()
                || self
                    .only
                    .iter()
                    .any(|o| *o == f.name || Family::named(o) == Some(f.family))
        };
        Ok(catalogue().iter().filter(wanted).collect())
    }

    /// The forgeries named, if any is, and the file with the token.
    fn words(&self, whole: bool) -> Result<(Option<Vec<&'static Forgery>>, PathBuf), Failure> {
        let (name, file) = match self.words.as_slice() {
            [] if whole => (None, None),
            [one] if whole && names(one).is_err() => (None, Some(one)),
            [one] => (Some(one), None),
            [one, two] => (Some(one), Some(two)),
            [] => {
                return Err(Failure::usage(
                    "name a forgery, or give --all, --list, --fire or --crack; `delegraph forge --list` lists them",
                ));
            }
            _ => {
                return Err(Failure::usage(
                    "give one NAME (join several with +) and one FILE",
                ));
            }
        };
        let names = name.map(|n| names(n)).transpose()?;
        Ok((names, PathBuf::from(file.map_or("-", String::as_str))))
    }

    fn keys(&self) -> Result<Vec<Jwk>, Failure> {
        let mut all = Vec::new();
        for path in &self.key {
            all.extend(keys::read(path)?);
        }
        for place in &self.jwks {
            if place.starts_with("http://") || place.starts_with("https://") {
                all.extend(fetch::keys(place)?);
            } else {
                all.extend(keys::read(Path::new(place))?);
            }
        }
        if let Some(path) = &self.secret_file {
            all.push(keys::symmetric(&keys::secret_file(path)?));
        }
        Ok(all)
    }

    fn ingredients(
        &self,
        token: &Token,
        keys: &[Jwk],
        setting: &Setting,
    ) -> Result<Ingredients, Failure> {
        if !matches!(token.form, Form::Compact | Form::Jwe) {
            output::note(
                "the token is no compact JWS: most forgeries cannot be made of it, and say so",
            );
        }
        let now = setting.clock.now().as_second();
        let mut with = Ingredients::gather(token, keys, now)
            .map_err(|e| Failure::impossible(e.to_string()))?;
        for path in &self.other {
            with.others.push(input::raw_of(path)?);
        }
        with.callback = self.callback.as_ref().map(ToString::to_string);
        with.parent = self.parent.as_deref().map(input::raw_of).transpose()?;
        Ok(with)
    }
}

fn names(joined: &str) -> Result<Vec<&'static Forgery>, Failure> {
    joined
        .split('+')
        .map(|name| named(name).ok_or_else(|| unknown(name)))
        .collect()
}

/// What to do about a name that is none, with those that are near.
fn unknown(name: &str) -> Failure {
    let near: Vec<&str> = catalogue()
        .iter()
        .map(|f| f.name)
        .filter(|n| {
            let mut words = name.split('-').filter(|w| w.len() > 2);
            words.any(|w| n.contains(w))
        })
        .take(5)
        .collect();
    let near = if near.is_empty() {
        String::new()
    } else {
        format!("; near are {}", near.join(", "))
    };
    Failure::usage(format!(
        "`{}` is no forgery{near}; `delegraph forge --list` lists all",
        escape(&shorten(name, 60))
    ))
}

/// A forgery as a document; `made` is what came of it for a token.
fn document(forgery: &Forgery, made: Option<&Result<Made, String>>) -> Value {
    let mut document = json!({
        "name": forgery.name,
        "family": forgery.family.name,
        "token": null,
        "expected": forgery.expected.name(),
        "source": forgery.source,
        "means": forgery.means,
        "title": forgery.title,
        "mutates": forgery.mutates,
        "answer": forgery.answer,
        "needs": forgery.needs.iter().map(|n| n.name()).collect::<Vec<_>>(),
        "request": forgery.is_request(),
    });
    match made {
        Some(Ok(made)) => {
            document["token"] = made.token.as_str().into();
            document["signed"] = made.signed.name().into();
        }
        Some(Err(why)) => document["why"] = why.as_str().into(),
        None => {}
    }
    document
}

fn list(chosen: &[&Forgery]) -> Done {
    let mut text = String::new();
    let mut family = None;
    for f in chosen {
        if family != Some(f.family) {
            if family.is_some() {
                text.push('\n');
            }
            text.push_str(&format!(
                "{} ({}): {}\n",
                f.family.title, f.family.name, f.family.says
            ));
            family = Some(f.family);
        }
        text.push_str(&format!("  {:32}  {}", f.name, f.mutates));
        if !f.needs.is_empty() {
            let needs: Vec<&str> = f.needs.iter().copied().map(Need::words).collect();
            text.push_str(&format!(" Needs {}.", needs.join(", ")));
        }
        text.push('\n');
    }
    Done {
        json: json!({ "forgeries": chosen.iter().map(|f| document(f, None)).collect::<Vec<_>>() }),
        text,
        good: true,
    }
}

fn one(names: &[&'static Forgery], token: &Token, with: &Ingredients) -> Result<Done, Failure> {
    let made = stack(names, &token.raw, with).map_err(|why| {
        let why = why
            .strip_prefix(&format!("{}: ", names[0].name))
            .unwrap_or(&why);
        Failure::impossible(format!("this forgery cannot be made: {}", escape(why)))
    })?;
    let text = format!("{}\n", made.token);
    output::note(made.signed.words());
    let json = match names {
        [one] => json!({ "forgeries": [document(one, Some(&Ok(made)))] }),
        several => {
            let join = |each: &dyn Fn(&Forgery) -> String| {
                several.iter().map(|f| each(f)).collect::<Vec<_>>()
            };
            json!({ "forgeries": [{
                "name": join(&|f| f.name.to_string()).join("+"),
                "family": join(&|f| f.family.name.to_owned()).join("+"),
                "token": made.token,
                "expected": if several.iter().any(|f| f.expected.name() == "reject") { "reject" } else { "either" },
                "source": join(&|f| f.source.to_owned()).join("; "),
                "means": join(&|f| f.means.to_string()).join(" "),
                "signed": made.signed.name(),
            }] })
        }
    };
    Ok(Done {
        json,
        text,
        good: true,
    })
}

fn all(chosen: &[&'static Forgery], token: &Token, with: &Ingredients) -> Done {
    let mut text = String::new();
    let mut documents = Vec::new();
    let mut missing = 0;
    for f in chosen {
        let made = f.apply(&token.raw, with);
        match &made {
            Ok(made) => text.push_str(&format!("{}\t{}\n", f.name, made.token)),
            Err(why) => {
                missing += 1;
                output::note(&format!("{}: not made: {}", f.name, escape(why)));
            }
        }
        documents.push(document(f, Some(&made)));
    }
    output::note(&format!(
        "{} forgeries made, {missing} not",
        chosen.len() - missing
    ));
    Done {
        json: json!({ "forgeries": documents }),
        text,
        good: true,
    }
}
