//! What is worked out of an analysis once, not in every frame.

use std::sync::Arc;

use crate::app::analysis::Analysis;

/// Something worked out of an analysis and of `K`, kept until either is another.
pub struct Kept<K, V>(Option<(Arc<Analysis>, K, V)>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: PartialEq, V> Kept<K, V> {
    /// It, made now unless it is there already.
    pub fn get(
        &mut self,
        analysis: &Arc<Analysis>,
        of: K,
        make: impl FnOnce(&Analysis, &K) -> V,
    ) -> &V {
        let kept = self.0.take();
        let kept = kept.filter(|(seen, key, _)| Arc::ptr_eq(seen, analysis) && *key == of);
        let kept = kept.unwrap_or_else(|| {
            let made = make(analysis, &of);
            (Arc::clone(analysis), of, made)
        });
        &self.0.insert(kept).2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_again_when_what_it_was_made_of_is_another() {
        let [first, second] = [Arc::new(Analysis::default()), Arc::new(Analysis::default())];
        let mut kept = Kept::default();
        let mut made = 0;
        for (analysis, of, expected) in [
            (&first, 1, 1),
            (&first, 1, 1),
            (&first, 2, 2),
            (&second, 2, 3),
            (&second, 2, 3),
        ] {
            kept.get(analysis, of, |_, _| made += 1);
            assert_eq!(made, expected);
        }
    }
}
