//! `delegraph chain`: delegation chains as tests, by the commands and the runtime of the window.

mod proof;
pub(super) mod script;
mod secret;
mod show;

use std::{
    io::IsTerminal as _,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
};

use serde_json::json;

use super::{
    findings, input,
    output::{self, Done, Failure, columns},
    subcommand::Setting,
};
use crate::{
    app::{self, chains, runs},
    chain::{
        Chain, file, plan,
        run::{NodeState, Run},
    },
    evidence::Evidence,
    io::serve,
    kit::{ids::ChainId, text::escape},
    report,
    risk::Report,
};
use script::{SILENCE, Script};

/// Run delegation chains as tests
#[derive(clap::Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Run a chain; exit status 1 when a hop fails or an expectation is broken
    Run(RunOptions),
    /// List the samples that come with the program
    List,
}

#[derive(clap::Args)]
struct RunOptions {
    /// Write the result as a JUnit file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write a report for people: .html or .md
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Workspace that holds the servers, clients and keys that the chain names (or the chain itself)
    #[arg(long, value_name = "W")]
    workspace: Option<PathBuf>,
    /// Private key for the DPoP proofs of the nodes that name it (`dpop = "key:NAME"`), in the place of
    /// the workspace's; may be repeated
    #[arg(long, value_name = "NAME=FILE")]
    proof_key: Vec<proof::Given>,
    /// Where a client's secret stands, or its key for `private_key_jwt`, in the place of what chain and
    /// workspace say; may be repeated
    #[arg(long, value_name = "CLIENT=env:NAME|file:PATH")]
    secret: Vec<String>,
    /// File with the passphrase of a workspace whose secrets are sealed
    #[arg(long, value_name = "F", requires = "workspace")]
    passphrase_file: Option<PathBuf>,
    /// A chain file, the name of a sample, or the name of a chain in the workspace
    chain: String,
}

pub(super) fn run(options: &Options, setting: &Setting) -> Result<Done, Failure> {
    match &options.command {
        Command::Run(options) => run_one(options, setting),
        Command::List => list(),
    }
}

fn list() -> Result<Done, Failure> {
    let mut rows = Vec::new();
    let mut documents = Vec::new();
    for (name, text) in file::SAMPLES {
        let chain = file::read(text).map_err(|e| Failure::impossible(format!("{name}: {e}")))?;
        rows.push((name, escape(&chain.title).into_owned()));
        documents.push(json!({
            "name": name,
            "title": chain.title,
            "about": chain.about,
            "faults": chain.faults,
            "nodes": chain.nodes.len(),
        }));
    }
    Ok(Done {
        json: json!({ "chains": documents }),
        text: columns(0, &rows),
        good: true,
    })
}

fn run_one(options: &RunOptions, setting: &Setting) -> Result<Done, Failure> {
    let secrets = secret::given(&options.secret)?;
    for path in [&options.junit, &options.report].into_iter().flatten() {
        writable(path)?;
    }
    let as_html = options.report.as_deref().map(is_html).transpose()?;
    let mut script = Script::new(setting.clock)?;
    if let Some(path) = &options.workspace {
        script.ask(app::file::Command::Open(path.clone()));
        script.settle(SILENCE)?;
        if script.model.path.is_none() {
            script.refuse_errors(&path.display().to_string())?;
        }
        // A server that is down, or a secret that is nowhere, is told by the node that needs it.
        script.note_errors();
        if let Some(passphrase) = &options.passphrase_file {
            secret::unlock(passphrase, &mut script)?;
        }
    }
    let id = take(&options.chain, &mut script)?;
    secret::take(&secrets, id, &mut script)?;
    proof::take(&options.proof_key, id, &mut script)?;
    let chain = script
        .model
        .workspace
        .chain(id)
        .cloned()
        .ok_or_else(|| Failure::impossible("the chain is not in the workspace"))?;
    if let Some(flaw) = plan::flaws(&chain).first() {
        return Err(Failure::impossible(format!(
            "{}: node `{}`: {}",
            escape(&options.chain),
            escape(&flaw.node),
            flaw.message
        )));
    }
    carry_out(id, &chain, &mut script)?;

    let model = &script.model;
    let run = model.runs.get(&id).cloned().unwrap_or_default();
    let evidence = &model.analysis.evidence;
    let report = &about(&run, &model.analysis.report, evidence);
    let passed = report::run::passed(&chain, &run);
    if let Some(path) = &options.junit {
        save(path, &report::junit::render(&chain, &run))?;
    }
    if let (Some(path), Some(html)) = (&options.report, as_html) {
        let page = report::run::markdown(&chain, &run, report, evidence);
        let page = if html {
            report::run::html(&chain, &run, report, evidence)
        } else {
            page
        };
        save(path, &page)?;
    }
    let done = Done {
        json: json!({
            "chain": chain.name,
            "hops": show::hops(&chain, &run),
            "findings": show::findings(&run, report, evidence),
            "not_evaluable": report::finding::not_evaluable(report),
            "passed": passed,
        }),
        text: format!(
            "{}\n{}{}",
            show::in_words(&chain, &run),
            findings::in_words_briefly(report, evidence),
            if passed { "Passed.\n" } else { "Failed.\n" }
        ),
        good: passed,
    };
    match undone(&chain, &run) {
        None => Ok(done),
        Some(why) => {
            output::tell(&done, setting.json)?;
            Err(Failure::impossible(why).told())
        }
    }
}

/// What could not be done: a server that is down, a secret that is nowhere. That is no verdict on the chain.
fn undone(chain: &Chain, run: &Run) -> Option<String> {
    let failed = |node: &str| run.nodes.get(node)?.failure.as_ref();
    let (node, failure) = chain
        .nodes
        .iter()
        .filter_map(|node| Some((&node.id, failed(&node.id)?)))
        .find(|(_, failure)| failure.kind.is_undone())?;
    Some(format!("{}: {}", escape(node), failure.said))
}

/// What the rules say of the tokens of this run; a workspace may hold others.
fn about(run: &Run, report: &Report, evidence: &Evidence) -> Report {
    let ours = |hop: usize| {
        evidence
            .hops
            .get(hop)
            .is_some_and(|hop| show::node(run, hop).is_some())
    };
    Report {
        findings: report
            .findings
            .iter()
            .filter(|finding| ours(finding.hop))
            .cloned()
            .collect(),
        not_evaluable: report
            .not_evaluable
            .iter()
            .filter(|rule| ours(rule.hop))
            .cloned()
            .collect(),
    }
}

/// Puts the chain that `name` names into the workspace and gives its id.
fn take(name: &str, script: &mut Script) -> Result<ChainId, Failure> {
    let path = Path::new(name);
    let known = |script: &Script| {
        script
            .model
            .workspace
            .chains
            .iter()
            .find(|c| c.chain.name == name)
            .map(|c| c.id)
    };
    if let Some(id) = known(script) {
        return Ok(id);
    }
    if file::SAMPLES.iter().any(|(sample, _)| *sample == name) {
        script.ask(chains::Command::LoadSample(name.to_owned()));
    } else if path.exists() || name == "-" {
        let source = input::text(path)?;
        let whole = file::read_whole(&source.text)
            .map_err(|e| Failure::impossible(format!("{}: {e}", source.name)))?;
        for client in whole.in_clear() {
            output::note(&format!(
                "{}: the secret of client {} stands in the file in clear: write env:NAME or file:PATH in its place",
                source.name,
                escape(client)
            ));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let folder = std::path::absolute(folder)
            .or_else(|_| std::env::current_dir())
            .unwrap_or_else(|_| folder.to_owned());
        let known = script.model.workspace.chains.len();
        let text = source.text;
        script.ask(chains::Command::ImportFile { text, folder });
        if script.model.workspace.chains.len() == known {
            script.refuse_errors(name)?;
        }
        script.settle(SILENCE)?;
        script.note_errors();
    } else {
        let samples: Vec<&str> = file::SAMPLES.iter().map(|(name, _)| *name).collect();
        return Err(Failure::impossible(format!(
            "{}: no such file, and no sample of that name ({})",
            escape(name),
            samples.join(", ")
        )));
    }
    script.settle(SILENCE)?;
    script.refuse_errors(name)?;
    script
        .model
        .workspace
        .chains
        .last()
        .map(|entry| entry.id)
        .ok_or_else(|| Failure::impossible(format!("{}: could not be read", escape(name))))
}

/// The node that waits for a person, and what that person is to do.
fn sign_in(id: ChainId, script: &Script) -> Option<(String, String)> {
    let running = script.model.running.get(&id)?;
    let state = running.signing_in.as_ref()?;
    let (_, pending) = running.pending.as_ref()?;
    let why = match &state.no_browser {
        Some(why) => format!("no browser could be opened ({why})"),
        None => "waiting for your browser".into(),
    };
    let words = format!(
        "{}: {why}. Open this address on this machine within {} minutes:\n{}",
        escape(&pending.node),
        state.left.as_secs() / 60,
        state.address
    );
    Some((pending.node.clone(), words))
}

/// Runs all nodes and waits until they have ended and everything is derived from them.
fn carry_out(id: ChainId, chain: &Chain, script: &mut Script) -> Result<(), Failure> {
    let end = serve::end_flag().map_err(Failure::impossible)?;
    let show_progress = std::io::stderr().is_terminal();
    let mut shown: Vec<(String, NodeState)> = Vec::new();
    script.ask(runs::Command::All(id));
    let mut cancelled = false;
    let mut signing_in: Option<String> = None;
    script.pump(SILENCE, |script| {
        if end.load(Ordering::Relaxed) && !cancelled {
            cancelled = true;
            script.ask(runs::Command::Cancel(id));
        }
        if let Some((node, words)) = sign_in(id, script)
            && signing_in.as_ref() != Some(&node)
        {
            output::note(&words);
            signing_in = Some(node);
        }
        if show_progress {
            for node in &chain.nodes {
                let state = script
                    .model
                    .runs
                    .get(&id)
                    .map_or(NodeState::Idle, |run| run.state(&node.id));
                let known = shown.iter_mut().find(|(name, _)| *name == node.id);
                let new = match known {
                    Some((_, before)) if *before == state => continue,
                    Some((_, before)) => {
                        *before = state;
                        true
                    }
                    None => {
                        shown.push((node.id.clone(), state));
                        state != NodeState::Idle
                    }
                };
                if new && state != NodeState::Idle {
                    output::note(&format!("{}: {}", node.id, report::run::state(state)));
                }
            }
        }
    })?;
    if cancelled {
        return Err(Failure::impossible("cancelled"));
    }
    let started = script.model.runs.get(&id).is_some_and(|run| {
        chain
            .nodes
            .iter()
            .any(|node| !matches!(run.state(&node.id), NodeState::Idle))
    });
    if !started {
        script.refuse_errors("the chain did not run")?;
        return Err(Failure::impossible("the chain did not run"));
    }
    script.note_errors();
    Ok(())
}

fn is_html(path: &Path) -> Result<bool, Failure> {
    match path.extension().and_then(|e| e.to_str()) {
        Some("html" | "htm") => Ok(true),
        Some("md" | "markdown") => Ok(false),
        _ => Err(Failure::usage(format!(
            "--report {}: the name must end in .html or .md",
            path.display()
        ))),
    }
}

/// Whether a file can be written there, asked before a run whose result would be lost.
fn writable(path: &Path) -> Result<(), Failure> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if path.is_dir() || !folder.is_dir() {
        return Err(Failure::impossible(format!(
            "{}: not a file in a folder that exists",
            path.display()
        )));
    }
    Ok(())
}

fn save(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|e| Failure::impossible(format!("{}: {e}", path.display())))
}
