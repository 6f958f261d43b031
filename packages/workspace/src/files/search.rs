use std::{
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{AtomKind, CaseMatching, Normalization, Pattern},
};
use serde::Serialize;

use super::{Files, Item};
use crate::{
    WorkspaceError,
    tree::{Kind, Next, Stat, Walk},
};

/// Where a search ends, whatever else there is.
const MOST_FILES: usize = 200_000;
const LONGEST: Duration = Duration::from_secs(3);

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Matches {
    /// Best first.
    pub items: Vec<Item>,
    /// There may be more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "schema", schema(required = false))]
    pub truncated: bool,
}

impl Files {
    /// Files whose path has the letters of `query` in order; words that are separated by spaces in any. Capitals in
    /// it are meant. What is ignored is left out.
    pub fn search(&self, query: &str, limit: usize) -> Result<Matches, WorkspaceError> {
        let (paths, is_cut) = self.paths();
        let pattern = Pattern::new(query, CaseMatching::Smart, Normalization::Smart, AtomKind::Fuzzy);
        let mut matcher = Matcher::new(Config::DEFAULT.match_paths());
        let mut buffer = Vec::new();
        let mut found: Vec<(u32, usize, &Path)> = paths
            .iter()
            .filter_map(|path| {
                let text = path.to_string_lossy();
                let score = pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher)?;
                Some((score, path.as_os_str().len(), path.as_path()))
            })
            .collect();
        let truncated = is_cut || found.len() > limit;
        // The shortest of equally good ones.
        let best = |one: &(u32, usize, &Path), other: &(u32, usize, &Path)| {
            other.0.cmp(&one.0).then_with(|| (one.1, one.2).cmp(&(other.1, other.2)))
        };
        if found.len() > limit && limit > 0 {
            found.select_nth_unstable_by(limit - 1, best);
        }
        found.truncate(limit);
        found.sort_unstable_by(best);
        let items = found.into_iter().filter_map(|(_, _, path)| {
            let stat = Stat::at(&self.root, path).ok()?;
            Some(Item::new(path, &stat, false))
        });
        Ok(Matches { items: items.collect(), truncated })
    }

    /// All files that are not ignored, and whether there are more.
    fn paths(&self) -> (Vec<PathBuf>, bool) {
        let (found, start) = (Mutex::new((Vec::new(), false)), Instant::now());
        Walk { root: &self.root, from: Path::new(""), ignored: false, git: false, stats: false }.run(|listed| {
            let entries = listed.entries.unwrap_or_default();
            let files = entries.iter().filter(|entry| matches!(entry.kind, Kind::File | Kind::Symlink));
            let paths: Vec<PathBuf> = files.map(|entry| listed.path.join(&entry.name)).collect();
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            found.0.extend(paths);
            found.1 |= found.0.len() > MOST_FILES || start.elapsed() > LONGEST;
            if found.1 { Next::Stop } else { Next::Go }
        });
        let (mut paths, is_cut) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        paths.truncate(MOST_FILES);
        // A path is told as text, by which it must be found again.
        paths.retain(|path| std::str::from_utf8(path.as_os_str().as_bytes()).is_ok());
        (paths, is_cut)
    }
}
