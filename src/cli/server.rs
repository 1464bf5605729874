//! `delegraph server`: authorization servers and clients of a workspace, without the window.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{
    chain::script::{SILENCE, Script},
    output::{Done, Failure, columns},
    subcommand::Setting,
};
use crate::{
    app::{self, workspace::ServerEntry},
    chain::{
        Reference,
        reference::ReferenceError,
        server::{ENDPOINTS, Proof, Server, ServerClient},
    },
    kit::{spelling::nearest, text::escape},
    oauth::client_auth::{AssertionAudience, AuthMethod},
};

/// Authorization servers and clients of a workspace
#[derive(clap::Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Add a server, or a client to one; a workspace that is not there is made
    Add(Box<AddOptions>),
    /// List the servers
    List(Of),
    /// Show a server and its clients
    Show {
        #[command(flatten)]
        of: Of,
        /// Its name
        server: String,
    },
}

#[derive(clap::Args)]
struct Of {
    /// The workspace
    #[arg(long, value_name = "W")]
    workspace: PathBuf,
}

#[derive(clap::Args)]
struct AddOptions {
    #[command(flatten)]
    of: Of,
    /// Issuer identifier; metadata and keys are fetched from it
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// Name that chains use; without one, the issuer without its scheme. A server that the workspace has
    /// is changed by what is given, and stays as it is otherwise
    #[arg(long)]
    name: Option<String>,
    /// Token endpoint of a server that publishes no metadata
    #[arg(long, value_name = "URL")]
    token_endpoint: Option<String>,
    /// A client that is registered there
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// How the client authenticates; without it, as its secret or key says
    #[arg(long, value_name = "METHOD", requires = "client_id", value_parser = method)]
    method: Option<AuthMethod>,
    /// Where its secret stands
    #[arg(long, value_name = "env:NAME|file:PATH", requires = "client_id")]
    secret: Option<String>,
    /// Its private key, for `private_key_jwt`: a file, or `env:NAME`
    #[arg(
        long,
        value_name = "FILE",
        requires = "client_id",
        conflicts_with = "secret"
    )]
    key: Option<String>,
    /// Whom its assertions are addressed to: `issuer` (the usual) or `token_endpoint`
    #[arg(long, value_name = "WHOM", requires = "client_id", value_parser = audience)]
    assertion_audience: Option<AssertionAudience>,
}

fn method(text: &str) -> Result<AuthMethod, String> {
    let known = AuthMethod::ALL.into_iter().find(|m| m.name() == text);
    known.ok_or_else(|| {
        format!(
            "methods are {}",
            AuthMethod::ALL.map(AuthMethod::name).join(", ")
        )
    })
}

fn audience(text: &str) -> Result<AssertionAudience, String> {
    match text {
        "issuer" => Ok(AssertionAudience::Issuer),
        "token_endpoint" => Ok(AssertionAudience::TokenEndpoint),
        _ => Err("write issuer or token_endpoint".into()),
    }
}

/// Not read by clap, whose errors repeat what they refuse: it may be the secret.
fn reference(text: &str) -> Result<Reference, String> {
    text.parse()
        .map_err(|why: ReferenceError| format!("it {why}"))
}

pub(super) fn run(options: &Options, setting: &Setting) -> Result<Done, Failure> {
    match &options.command {
        Command::Add(options) => add(options, setting),
        Command::List(of) => {
            let script = open(&of.workspace, setting)?;
            Ok(told(script.model.workspace.servers.iter()))
        }
        Command::Show { of, server } => {
            let script = open(&of.workspace, setting)?;
            let workspace = &script.model.workspace;
            let Some(found) = workspace.server(server) else {
                let names: Vec<&str> = workspace.servers.iter().map(|s| s.name.as_str()).collect();
                let meant = nearest(server, &names);
                return Err(Failure::impossible(format!(
                    "the workspace has no server `{}`{}",
                    escape(server),
                    meant.map_or_else(String::new, |m| format!("; did you mean `{}`?", escape(m)))
                )));
            };
            Ok(told(std::iter::once(found)))
        }
    }
}

fn open(path: &Path, setting: &Setting) -> Result<Script, Failure> {
    let mut script = Script::new(setting.clock)?;
    script.ask(app::file::Command::Open(path.to_owned()));
    script.settle(SILENCE)?;
    if script.model.path.is_none() {
        script.refuse_errors(&path.display().to_string())?;
    }
    Ok(script)
}

fn add(options: &AddOptions, setting: &Setting) -> Result<Done, Failure> {
    let issuer = options.issuer.trim();
    let usage = |option: &str| {
        Failure::usage(format!(
            "{option}: write an absolute URL, as https://as.example"
        ))
    };
    let url = web_address(issuer).ok_or_else(|| usage("--issuer"))?;
    if let Some(endpoint) = &options.token_endpoint {
        web_address(endpoint).ok_or_else(|| usage("--token-endpoint"))?;
    }
    let path = &options.of.workspace;
    let mut script = if path.exists() {
        open(path, setting)?
    } else {
        Script::new(setting.clock)?
    };
    script.note_errors();
    let servers = &script.model.workspace.servers;
    let known = match &options.name {
        Some(name) => servers.iter().find(|s| s.name == *name),
        None => servers.iter().find(|s| s.issuer == issuer),
    };
    let name = known.map(|known| known.name.clone());
    let name = name
        .or_else(|| options.name.clone())
        .unwrap_or_else(|| usual_name(&url));
    let server = Server {
        name: name.clone(),
        issuer: issuer.to_owned(),
        endpoints: endpoints(known, options.token_endpoint.as_deref()),
        jwks: known.and_then(|known| known.jwks.clone()),
        clients: client(options, known)?.into_iter().collect(),
    };
    script.ask(app::servers::Command::Adopt(Box::new(server)));
    if script
        .model
        .workspace
        .server(&name)
        .is_none_or(|s| s.issuer != issuer)
    {
        script.refuse_errors(&name)?;
    }
    script.settle(SILENCE)?;
    // A server that is down now is asked again when a chain needs it.
    script.note_errors();
    script.ask(app::file::Command::SaveAs(path.clone()));
    script.settle(SILENCE)?;
    if script.model.is_dirty() {
        script.refuse_errors(&path.display().to_string())?;
    }
    script.note_errors();
    Ok(told(script.model.workspace.server(&name).into_iter()))
}

/// Host, port and path of an issuer: two realms of one host are two servers.
fn usual_name(issuer: &url::Url) -> String {
    let host = issuer.host_str().unwrap_or("server");
    let port = issuer.port().map_or_else(String::new, |p| format!(":{p}"));
    let path = issuer.path().trim_matches('/');
    let below = if path.is_empty() { "" } else { "/" };
    format!("{host}{port}{below}{path}")
}

/// The endpoints of a server that publishes none: those that it has, changed by what is given.
fn endpoints(known: Option<&ServerEntry>, token: Option<&str>) -> Vec<(&'static str, String)> {
    let by_hand = known.filter(|known| known.by_hand);
    let document = by_hand
        .and_then(|known| known.metadata.as_ref())
        .map(|metadata| &metadata.document);
    let mut all: Vec<(&'static str, String)> = ENDPOINTS
        .into_iter()
        .filter_map(|name| {
            let own = document?.get(name)?.as_str()?;
            Some((name, own.to_owned()))
        })
        .collect();
    if let Some(token) = token {
        all.retain(|(name, _)| *name != "token_endpoint");
        all.push(("token_endpoint", token.to_owned()));
    }
    all
}

fn web_address(text: &str) -> Option<url::Url> {
    let url = url::Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// The client that is given, on top of what the server has of it.
fn client(
    options: &AddOptions,
    known: Option<&ServerEntry>,
) -> Result<Option<ServerClient>, Failure> {
    let Some(client_id) = options.client_id.clone() else {
        return Ok(None);
    };
    let known = known.and_then(|s| s.clients.iter().find(|c| c.client_id == client_id));
    let key = options.key.as_deref().map(Reference::or_file).transpose();
    let key = key.map_err(|why| Failure::usage(format!("--key: it {why}")))?;
    let secret = options.secret.as_deref().map(reference).transpose();
    let secret = secret.map_err(|why| Failure::usage(format!("--secret: {why}")))?;
    let method = options.method.unwrap_or(match (&key, &secret) {
        (Some(_), _) => AuthMethod::PrivateKeyJwt,
        // How it sends its secret stays, where it sent one before.
        (None, Some(_)) => known
            .map(|known| known.method)
            .filter(|m| {
                matches!(
                    m,
                    AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost
                )
            })
            .unwrap_or(AuthMethod::ClientSecretBasic),
        (None, None) => known.map_or(AuthMethod::None, |known| known.method),
    });
    let fits = match method {
        AuthMethod::PrivateKeyJwt => secret.is_none(),
        AuthMethod::None => key.is_none() && secret.is_none(),
        AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost => key.is_none(),
    };
    if !fits {
        return Err(Failure::usage(format!(
            "--method {}: this method is not proved by what is given with it",
            method.name()
        )));
    }
    let here = std::env::current_dir().unwrap_or_default();
    let at = key.or(secret);
    Ok(Some(ServerClient {
        client_id,
        method,
        assertion_audience: options
            .assertion_audience
            .or_else(|| known.map(|known| known.assertion_audience))
            .unwrap_or_default(),
        proof: at.map_or(Proof::None, |at| Proof::At(at.from_folder(&here))),
    }))
}

fn told<'a>(servers: impl Iterator<Item = &'a ServerEntry>) -> Done {
    let (mut documents, mut text): (Vec<Value>, String) = Default::default();
    for server in servers {
        let clients = server.clients.iter();
        documents.push(json!({
            "name": server.name,
            "issuer": server.issuer,
            "metadata": server.metadata.is_some(),
            "token_endpoint": server.metadata.as_ref().and_then(|m| m.token_endpoint.clone()),
            "clients": clients.map(|client| json!({
                "client_id": client.client_id,
                "method": client.method.name(),
                "credential": client.credential.as_ref().map(ToString::to_string),
                "assertion_audience": client.assertion_audience,
            })).collect::<Vec<_>>(),
        }));
        text.push_str(&format!(
            "{}  {}\n",
            escape(&server.name),
            escape(&server.issuer)
        ));
        let rows: Vec<(String, String)> = server
            .clients
            .iter()
            .map(|client| {
                let at = client.credential.as_ref().map(ToString::to_string);
                let at = at.map_or_else(String::new, |at| format!("  {}", escape(&at)));
                (
                    escape(&client.client_id).into_owned(),
                    format!("{}{at}", client.method.name()),
                )
            })
            .collect();
        text.push_str(&columns(2, &rows));
    }
    Done {
        json: json!({ "servers": documents }),
        text,
        good: true,
    }
}
