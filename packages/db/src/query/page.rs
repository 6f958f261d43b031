//! One page of a list.

#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// There are more after the last of these.
    pub more: bool,
}

impl<T> Page<T> {
    /// From a query for one more than `limit`.
    pub(crate) fn of(mut rows: Vec<T>, limit: u64) -> Self {
        let more = rows.len() as u64 > limit;
        rows.truncate(limit as usize);
        Self { items: rows, more }
    }
}
