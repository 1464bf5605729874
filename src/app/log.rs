//! The HTTP log: requests with their answers, oldest first, bounded. What a chain sent and what was
//! fired are bounded apart: hundreds of forgeries push no request of a chain out.

use std::collections::VecDeque;

use crate::{chain::run::Exchanged, oauth::http::Body};

/// Entries of each source that are kept; older ones are forgotten.
pub const MAX_LOG: usize = 1_000;

/// Bytes that the entries of a source may hold.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Bytes of the answer to a forgery that are kept.
pub const MAX_FIRED_BODY: usize = 64 * 1024;

/// Who sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A chain.
    Chain,
    /// A forgery that was fired, or the untouched token with it.
    Forge {
        /** Which firing, counted from 1. */
        firing: u32,
        /** The place of its row in the matrix. */
        row: usize,
    },
}

impl Source {
    fn is_forge(self) -> bool {
        matches!(self, Self::Forge { .. })
    }
}

/// A request with its answer.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Names it for as long as it is kept.
    pub number: usize,
    /// Who sent it.
    pub source: Source,
    /// Request and answer.
    pub exchanged: Exchanged,
    /// Bytes that the body of the answer had, where not all of it is kept.
    pub cut: Option<usize>,
    size: usize,
}

impl Entry {
    /// An entry; it gets its number when it is put into the log.
    pub fn new(source: Source, mut exchanged: Exchanged) -> Self {
        let mut cut = None;
        if let Ok(response) = &mut exchanged.response
            && source.is_forge()
            && response.body.len() > MAX_FIRED_BODY
        {
            cut = Some(response.body.len());
            response.body.truncate(MAX_FIRED_BODY);
            response.body.shrink_to_fit();
        }
        Self {
            number: 0,
            source,
            size: size(&exchanged),
            exchanged,
            cut,
        }
    }
}

/// About how many bytes an entry holds.
fn size(exchanged: &Exchanged) -> usize {
    let request = &exchanged.request;
    let headers = request.headers.iter().map(|f| f.name.len() + f.value.len());
    let body = match &request.body {
        Body::Empty => 0,
        Body::Form(fields) => fields.iter().map(|f| f.name.len() + f.value.len()).sum(),
        Body::Text { text, .. } => text.len(),
    };
    let answer = exchanged.response.as_ref().map_or(0, |r| {
        let headers = r
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len());
        r.body.len() + headers.sum::<usize>()
    });
    request.url.as_str().len() + headers.sum::<usize>() + body + answer + 256
}

/// The log.
#[derive(Debug, Clone, Default)]
pub struct Log {
    entries: VecDeque<Entry>,
    next: usize,
    chain: Share,
    forge: Share,
}

/// What one source has of the log.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    count: usize,
    bytes: usize,
    forgotten: usize,
}

impl Log {
    /// Puts an entry at the end; the oldest of its source are forgotten when they are too many.
    pub fn push(&mut self, mut entry: Entry) {
        entry.number = self.next;
        self.next += 1;
        let forge = entry.source.is_forge();
        let share = self.share_mut(forge);
        share.count += 1;
        share.bytes += entry.size;
        self.entries.push_back(entry);
        while {
            let share = self.share(forge);
            share.count > MAX_LOG || share.bytes > MAX_BYTES && share.count > 1
        } {
            let oldest = self
                .entries
                .iter()
                .position(|e| e.source.is_forge() == forge);
            let Some(gone) = oldest.and_then(|at| self.entries.remove(at)) else {
                return;
            };
            let share = self.share_mut(forge);
            share.count -= 1;
            share.bytes -= gone.size;
            share.forgotten += 1;
        }
    }

    /// Entries, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entry of that number, unless it was forgotten.
    pub fn get(&self, number: usize) -> Option<&Entry> {
        let at = self.entries.binary_search_by_key(&number, |e| e.number);
        self.entries.get(at.ok()?)
    }

    /// The last request that was sent for a row of a matrix.
    pub fn of_row(&self, firing: u32, row: usize) -> Option<&Entry> {
        let source = Source::Forge { firing, row };
        self.entries.iter().rev().find(|e| e.source == source)
    }

    /// How many entries of chains, and of forgeries, there are and were forgotten.
    pub fn kept(&self) -> [(usize, usize); 2] {
        [self.chain, self.forge].map(|s| (s.count, s.forgotten))
    }

    /// Forgets all; numbers are not given out again.
    pub fn clear(&mut self) {
        *self = Self {
            next: self.next,
            ..Self::default()
        };
    }

    fn share(&self, forge: bool) -> Share {
        if forge { self.forge } else { self.chain }
    }

    fn share_mut(&mut self, forge: bool) -> &mut Share {
        if forge {
            &mut self.forge
        } else {
            &mut self.chain
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kit::clock::Timestamp,
        oauth::http::{Request, Response},
    };

    fn entry(source: Source, body: usize) -> Entry {
        let url = url::Url::parse("https://api.example/a").unwrap();
        let response = Response {
            status: 200,
            headers: Vec::new(),
            body: vec![b'x'; body],
            millis: 1,
        };
        Entry::new(
            source,
            Exchanged {
                at: Timestamp::UNIX_EPOCH,
                purpose: String::new(),
                request: Request::get(url),
                response: Ok(response),
            },
        )
    }

    fn forged(row: usize) -> Source {
        Source::Forge { firing: 1, row }
    }

    #[test]
    fn forgeries_push_out_forgeries_alone_and_it_is_counted() {
        let mut log = Log::default();
        log.push(entry(Source::Chain, 10));
        for row in 0..MAX_LOG + 7 {
            log.push(entry(forged(row), 10));
        }
        assert_eq!(log.kept(), [(1, 0), (MAX_LOG, 7)]);
        assert_eq!(log.len(), MAX_LOG + 1);
        assert_eq!(log.get(0).unwrap().source, Source::Chain);
        assert!(log.get(1).is_none(), "the first forgery is gone");
        assert_eq!(log.get(8).unwrap().source, forged(7));
        assert_eq!(log.of_row(1, 9).unwrap().number, 10);
        assert!(log.of_row(2, 9).is_none());
        log.clear();
        log.push(entry(Source::Chain, 1));
        assert!(log.get(0).is_none(), "a number is never given out again");
    }

    #[test]
    fn large_answers_of_forgeries_are_cut_and_those_of_chains_are_not() {
        let fired = entry(forged(0), MAX_FIRED_BODY + 1);
        assert_eq!(fired.cut, Some(MAX_FIRED_BODY + 1));
        assert_eq!(fired.exchanged.response.unwrap().body.len(), MAX_FIRED_BODY);
        assert_eq!(entry(Source::Chain, MAX_FIRED_BODY + 1).cut, None);
    }

    #[test]
    fn bytes_are_bounded_as_well() {
        let mut log = Log::default();
        let body = 3 * 1024 * 1024;
        for _ in 0..40 {
            log.push(entry(Source::Chain, body));
        }
        assert_eq!(log.len(), MAX_BYTES / (body + 256));
        let mut one = Log::default();
        one.push(entry(Source::Chain, MAX_BYTES + 1));
        assert_eq!(one.len(), 1, "the newest stays");
    }
}
