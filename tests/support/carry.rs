//! Carries out at once what needs no network, no server and no window: what the tests of the program
//! without a face and those of the window share.

use std::{path::PathBuf, sync::Arc};

use delegraph::{
    app::{
        Effect, Outcome,
        analysis::{analyse, picture},
        forge::{make, make_stack},
    },
    io::files,
    jose::{
        crypto,
        jwe::{Draft, Form},
        pem,
    },
    kit::rng::SystemRng,
    token::{decrypt::decrypt, find},
};

/// What comes of an effect; `None` when it needs more than this machine's memory and files.
pub fn carry_out(effect: Effect) -> Option<Outcome> {
    Some(match effect {
        Effect::Analyse(input, previous) => Outcome::Analysed(Arc::new(analyse(&input, &previous))),
        Effect::Picture(analysis, previous, seen) => {
            let picture = Arc::new(picture(&analysis, &previous, &seen));
            Outcome::Pictured(analysis, picture)
        }
        Effect::GenerateKey(job, key, alg) => Outcome::Key(
            job,
            key,
            crypto::generate_named(&alg, Some("lab")).map_err(|e| e.to_string()),
        ),
        Effect::ReadKeys(job, text, passphrase) => {
            Outcome::KeysRead(job, pem::read_with(text.expose(), Some(&passphrase)))
        }
        Effect::Decrypt(job, raw, keys) => Outcome::Decrypted(job, Box::new(decrypt(&raw, &keys))),
        Effect::Encrypt(job, text, header, key) => Outcome::Encrypted(
            job,
            Draft::compact(header, key)
                .seal(Form::Compact, text.as_bytes(), &SystemRng)
                .map_err(|e| e.to_string()),
        ),
        Effect::FindTokens(job, text) => Outcome::Found(job, find::find(&text)),
        Effect::ReadFiles(job, paths) => {
            let read = |path: PathBuf| {
                let material = files::read(&path);
                (path, material)
            };
            Outcome::Files(job, paths.into_iter().map(read).collect())
        }
        Effect::Forge(order) => {
            let basis = order.basis.clone();
            Outcome::Forged(basis, make(*order).map(Arc::new))
        }
        Effect::StackForgeries(forged, names) => {
            let shown = make_stack(&forged, &names);
            Outcome::Stacked(names, shown)
        }
        _ => return None,
    })
}
