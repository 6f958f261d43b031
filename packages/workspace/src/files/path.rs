use std::{
    io,
    path::{Path, PathBuf},
};

use super::Files;
use crate::{
    WorkspaceError,
    tree::{Stat, is_git},
};

/// Where a path leads, without symlinks on the way.
pub struct Real {
    pub path: PathBuf,
    pub stat: Stat,
}

impl Files {
    /// Follows symlinks that stay inside.
    pub(super) fn resolve(&self, path: &str) -> Result<Real, WorkspaceError> {
        let asked = relative(path)?;
        let real = match asked.as_os_str().is_empty() {
            true => asked,
            false => self.root.canonicalize(&asked).map_err(|error| refuse(path, error))?,
        };
        if real.iter().any(is_git) {
            return Err(WorkspaceError::NotFound(path.to_owned()));
        }
        let stat = match real.as_os_str().is_empty() {
            true => Stat::of(&self.root),
            false => Stat::at(&self.root, &real),
        };
        Ok(Real { path: real, stat: stat.map_err(|error| refuse(path, error))? })
    }
}

/// Names and slashes; a slash at the end is nothing.
fn relative(path: &str) -> Result<PathBuf, WorkspaceError> {
    let trimmed = path.strip_suffix('/').unwrap_or(path);
    let is_odd = |name: &str| matches!(name, "" | "." | "..") || name.contains('\0');
    if path.starts_with('/') || (!trimmed.is_empty() && trimmed.split('/').any(is_odd)) {
        return Err(WorkspaceError::InvalidPath(format!("{path:?} is not a path in a workspace.")));
    }
    match Path::new(trimmed).iter().any(is_git) {
        true => Err(WorkspaceError::NotFound(path.to_owned())),
        false => Ok(PathBuf::from(trimmed)),
    }
}

/// Why a path cannot be looked at.
pub fn refuse(path: &str, error: io::Error) -> WorkspaceError {
    let leads_out = error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none();
    match error.kind() {
        _ if leads_out => WorkspaceError::InvalidPath(format!("{path:?} leads out of the workspace.")),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => WorkspaceError::NotFound(path.to_owned()),
        io::ErrorKind::InvalidFilename => WorkspaceError::NotFound(path.to_owned()),
        _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            WorkspaceError::InvalidPath(format!("{path:?} leads to itself."))
        }
        _ => WorkspaceError::io("read the workspace")(error),
    }
}
