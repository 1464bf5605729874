//! TOML text to [`Chain`], with the place of every error. Written by hand over the parsed table:
//! derived readers lose the place inside flattened fields, and pass over names they do not know.

use std::{collections::BTreeSet, ops::Range};

use toml::de::DeTable;

use super::{
    FieldProblem, FileError, FileProblem, VERSION,
    fields::{Fields, File},
    servers,
};
use crate::{
    chain::{Chain, Dpop, Expect, Node, Step, server::Bundle},
    kit::text,
    risk::Severity,
};

pub(super) fn whole(source: &str) -> Result<Bundle, FileError> {
    let file = File { source };
    let document = DeTable::parse(source).map_err(|e| {
        let problem = FileProblem::NotToml(e.message().to_owned());
        match e.span() {
            Some(span) => file.error(&span, problem),
            None => FileError {
                place: None,
                problem,
            },
        }
    })?;
    let mut fields = Fields::new(
        file,
        document.get_ref(),
        document.span(),
        "the chain".into(),
    );

    let version = fields.version()?;
    if version != VERSION {
        return Err(fields.wrong(
            "version",
            FieldProblem::Version {
                found: version,
                known: VERSION,
            },
        ));
    }
    let name = fields.required("name")?;
    let title = fields.text("title")?.unwrap_or_default();
    let about = fields.text("about")?.unwrap_or_default();
    let faults = fields.texts("faults")?;
    let mut nodes = Vec::new();
    let mut ids = BTreeSet::new();
    for (number, item) in fields.tables("node")?.into_iter().enumerate() {
        let (node, id_span) = node(file, item, number + 1)?;
        if !ids.insert(node.id.clone()) {
            return Err(file.error(&id_span, FileProblem::IdTwice(node.id)));
        }
        nodes.push(node);
    }
    let servers = servers::read(&mut fields)?;
    fields.finish()?;
    Ok(Bundle {
        chain: Chain {
            version,
            name,
            title,
            about,
            faults,
            nodes,
        },
        servers,
    })
}

fn node(
    file: File<'_>,
    (table, span): (&DeTable<'_>, Range<usize>),
    number: usize,
) -> Result<(Node, Range<usize>), FileError> {
    let mut fields = Fields::new(file, table, span, format!("node {number}"));
    let id = fields.required("id")?;
    let id_span = fields.span_of("id");
    fields.what = format!("node `{}`", text::shorten(&text::escape(&id), 40));
    let kind = fields.required("kind")?;
    let step = Step::read(&kind, &mut fields).unwrap_or_else(|| {
        Err(fields.wrong(
            "kind",
            FieldProblem::Kind {
                found: kind,
                known: &Step::NAMES,
            },
        ))
    })?;
    let node = Node {
        id,
        title: fields.text("title")?,
        server: fields.text("server")?,
        client: fields.text("client")?,
        dpop: dpop(&mut fields)?,
        at: fields.place("at")?,
        step,
        expect: expectations(&mut fields)?,
    };
    fields.finish()?;
    Ok((node, id_span))
}

fn dpop(fields: &mut Fields<'_, '_>) -> Result<Option<Dpop>, FileError> {
    let Some(text) = fields.text("dpop")? else {
        return Ok(None);
    };
    Dpop::try_from(text)
        .map(Some)
        .map_err(|why| fields.wrong("dpop", why.into()))
}

fn expectations(fields: &mut Fields<'_, '_>) -> Result<Vec<Expect>, FileError> {
    const NAMES: &[&str] = &[
        "status",
        "error",
        "subject",
        "actors",
        "scope",
        "audience",
        "bound",
        "no_finding",
        "finding",
    ];
    let file = fields.file;
    let what = fields.what.clone();
    let mut expectations = Vec::new();
    for (table, span) in fields.tables("expect")? {
        let mut one = Fields::new(
            file,
            table,
            span.clone(),
            format!("an expectation of {what}"),
        );
        let mut names = table.iter().map(|(k, _)| k.get_ref().as_ref());
        let (Some(name), None) = (names.next(), names.next()) else {
            return Err(file.error(&span, FileProblem::ExpectationFields { known: NAMES }));
        };
        expectations.push(match name {
            "status" => Expect::Status(one.status("status")?),
            "error" => Expect::Error(one.required("error")?),
            "subject" => Expect::Subject(one.required("subject")?),
            "actors" => Expect::Actors(one.texts("actors")?),
            "scope" => Expect::Scope(one.texts("scope")?),
            "audience" => Expect::Audience(one.texts("audience")?),
            "bound" => Expect::Bound(one.boolean("bound")?.unwrap_or_default()),
            "finding" => Expect::Finding(one.required("finding")?),
            "no_finding" => {
                let word = one.required("no_finding")?;
                Expect::NoFinding(
                    Severity::parse(&word)
                        .ok_or_else(|| one.wrong("no_finding", FieldProblem::Severity(word)))?,
                )
            }
            _ => {
                one.asked.extend(NAMES);
                return Err(one.finish().err().unwrap_or_else(|| {
                    file.error(&span, FileProblem::ExpectationFields { known: NAMES })
                }));
            }
        });
    }
    Ok(expectations)
}
