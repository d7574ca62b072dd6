//! The cache of compiled rules. Not the compiling.
