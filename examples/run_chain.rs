//! Runs the sample chain at the practice server, as the window does: commands in, effects carried out,
//! outcomes taken in, until nothing is under way.
//!
//! `cargo run --example run_chain` runs `sample`; `cargo run --example run_chain -- NAME` another sample.

use std::{env, error::Error, time::Duration};

use delegraph::{
    app::{Effect, Model, apply, runs, update},
    io::runtime::{Runtime, Settings},
    kit::{Env, clock::Clock},
    report,
};

fn main() -> Result<(), Box<dyn Error>> {
    let name = env::args().nth(1).unwrap_or_else(|| "sample".into());
    print!("{}", run(&name)?);
    Ok(())
}

/// What came of a sample chain, a line for each hop.
pub fn run(sample: &str) -> Result<String, Box<dyn Error>> {
    let env = || Env::system(Clock::System);
    // Nothing of the user's is touched: neither what the window saves nor the keychain.
    let settings = Settings {
        state: None,
        keychain: false,
        ..Settings::default()
    };
    let runtime = Runtime::with(settings, || ())?;
    let perform = |effects: Vec<Effect>| {
        for effect in effects {
            runtime.perform(effect);
        }
    };
    let mut model = Model::default();
    let command = runs::Command::Sample(sample.into());
    perform(update(&mut model, command, &env()));
    let busy = |model: &Model| {
        !model.running.is_empty()
            || !model.jobs.is_empty()
            || model.analysis.revision != model.revision
    };
    while busy(&model) {
        let outcome = runtime
            .wait(Duration::from_mins(1))
            .ok_or("no answer for a minute")?;
        perform(apply(&mut model, outcome, &env()));
    }

    let id = model.session.chain.ok_or("there is no such sample")?;
    let chain = model.workspace.chain(id).ok_or("the chain is gone")?;
    let run = model.runs.get(&id).ok_or("the chain did not run")?;
    let mut words = String::new();
    for node in &chain.nodes {
        let state = report::run::state(run.state(&node.id));
        words.push_str(&format!("{:8} {}\n", state, node.id));
    }
    words.push_str(if report::run::passed(chain, run) {
        "passed\n"
    } else {
        "failed\n"
    });
    Ok(words)
}
