//! `delegraph graph`: who acts for whom.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{
    lint,
    output::{self, Done, Failure},
    subcommand::Setting,
};
use crate::{
    principal::{
        Graph,
        fold::{self, By, Folding},
        graph, layout,
    },
    report,
    risk::{self, Settings},
};

/// Draw who acts for whom
#[derive(clap::Args)]
pub(super) struct Options {
    /// Format; without it taken from the end of --out, else svg
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// File to write; without it standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The tokens are the hops of one chain, in order, and are compared
    #[arg(long)]
    chain: bool,
    /// Fold principals of one kind and one place in the order of delegation together: all of them, or
    /// those of one issuer or one domain
    #[arg(long, value_enum, value_name = "BY")]
    fold: Option<Fold>,
    /// Files with tokens; `-` or nothing is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Svg,
    Png,
    Dot,
    Mermaid,
    Graphml,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Fold {
    Kind,
    Issuer,
    Domain,
}

pub(super) fn run(options: &Options, setting: &Setting) -> Result<Done, Failure> {
    let format = options
        .format
        .or_else(|| options.out.as_deref().and_then(by_name))
        .unwrap_or(if setting.json {
            Format::Json
        } else {
            Format::Svg
        });
    if format == Format::Png && options.out.is_none() && !setting.json {
        use std::io::IsTerminal as _;
        if std::io::stdout().is_terminal() {
            return Err(Failure::usage(
                "a PNG does not belong on a terminal: give --out FILE",
            ));
        }
    }
    let evidence = lint::evidence(&options.files, options.chain)?;
    let report = risk::evaluate(&evidence, &Settings::at(setting.clock.now()));
    let mut graph = graph::build(&evidence, &report);
    if let Some(by) = options.fold {
        let folding = Folding {
            by: Some(match by {
                Fold::Kind => By::Kind,
                Fold::Issuer => By::Issuer,
                Fold::Domain => By::Domain,
            }),
            ..Folding::default()
        };
        graph = fold::fold(&graph, &folding).graph;
    }
    if options.out.is_some() || !setting.json {
        let bytes = render(&graph, format)?;
        match &options.out {
            Some(path) if path.as_os_str() != "-" => {
                std::fs::write(path, bytes)
                    .map_err(|e| Failure::impossible(format!("{}: {e}", path.display())))?;
                output::note(&format!("wrote {}", path.display()));
            }
            _ => output::write(&bytes)?,
        }
    }
    Ok(Done {
        json: report::graph::json(&graph),
        text: String::new(),
        good: true,
    })
}

fn by_name(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()? {
        "svg" => Some(Format::Svg),
        "png" => Some(Format::Png),
        "dot" | "gv" => Some(Format::Dot),
        "mmd" | "mermaid" => Some(Format::Mermaid),
        "graphml" => Some(Format::Graphml),
        "json" => Some(Format::Json),
        _ => None,
    }
}

fn render(graph: &Graph, format: Format) -> Result<Vec<u8>, Failure> {
    use report::graph as draw;
    let layout = || layout::layout(graph);
    Ok(match format {
        Format::Svg => draw::svg(graph, &layout()).into_bytes(),
        Format::Png => {
            draw::png(graph, &layout()).map_err(|e| Failure::impossible(e.to_string()))?
        }
        Format::Dot => draw::dot(graph).into_bytes(),
        Format::Mermaid => draw::mermaid(graph).into_bytes(),
        Format::Graphml => draw::graphml(graph).into_bytes(),
        Format::Json => output::document(&draw::json(graph)).into_bytes(),
    })
}
