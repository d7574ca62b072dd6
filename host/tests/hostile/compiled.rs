//! The compiler's limits: a component that is small and valid can take more time or memory than there is.
//! Not what the code does when it runs.
