//! What the author of a rule can do about its refusal. The reason itself is in the error, which everybody sees.

use crate::rules::compile::CompileError;
use crate::rules::component::Refusal;
use crate::rules::limits::Fault;
use crate::rules::load::LoadError;

/// What to change so that a rule is loaded.
pub fn of_load(error: &LoadError) -> &'static str {
    match error {
        LoadError::Refused { refusal, .. } => of_refusal(refusal),
        LoadError::Compile { error, .. } => of_compiling(error),
        LoadError::Fault { fault, .. } => of_fault(fault),
        _ => "name the file that the build of the rule writes",
    }
}

fn of_refusal(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::TooLarge => "leave out what the rule does not need, debug information first",
        Refusal::NotWasm => "name the .wasm file that the build of the rule writes",
        Refusal::CoreModule => "`keyreeve rule component` makes a component of a core module",
        Refusal::Malformed(_) => "build it anew: it may have been cut short while it was written or copied",
        Refusal::Unfolds(_) => "build it as one component, without components inside it that instantiate each other",
        Refusal::Import(name) if name.starts_with("wasi:") => {
            "build it without WASI: for wasm32-unknown-unknown in Rust, with --stub-wasi in JavaScript and Python, without a C library in C"
        }
        Refusal::Import(_) => {
            "leave out what needs the import: whatever a rule must know is in its facts, settings and the scan's date"
        }
        Refusal::OtherWorld => "build it for a world of keyreeve:policy, such as keys-rule",
        Refusal::NoRule => "export the interface rule beside the facts: every world of keyreeve:policy includes it",
        Refusal::Twice(_) => "build all of it against one version of keyreeve:policy",
        Refusal::NoKind => {
            "export a kind of fact to examine, such as keys: `keyreeve init --rule` and wit/ have all of them"
        }
        Refusal::UnknownInterface(_) | Refusal::Newer(_) => {
            "upgrade keyreeve, or build the rule for the contract that this keyreeve speaks"
        }
        Refusal::Older(_) => "build it anew against the wit files of contract 1.0",
    }
}

fn of_compiling(error: &CompileError) -> &'static str {
    match error {
        CompileError::Invalid(_) => "build it anew, with current tools: it is not what WebAssembly allows",
        CompileError::Cpu(_) | CompileError::Memory(_) | CompileError::Output(_) | CompileError::Hangs => {
            "make it smaller: leave out libraries, and cut functions that are generated into shorter ones"
        }
        CompileError::Run(_) => "run it again: what was compiled by then is kept",
        CompileError::Start { .. } | CompileError::Killed | CompileError::Crash(_) => {
            "look at the machine first: the compiler did not get so far as to judge the rule"
        }
    }
}

/// What to change so that a call of a rule completes.
pub fn of_fault(fault: &Fault) -> &'static str {
    match fault {
        Fault::Fuel(_) => "look for a loop that does not end; `keyreeve rule bench` shows what a call may take",
        Fault::Time(_) | Fault::Slow => {
            "look for work of the host's that it asks for in a loop, such as texts handed between components"
        }
        Fault::Resources(_) => "keep less: each call starts anew, so nothing need be kept from one fact to the next",
        Fault::Flood => "say less: one finding for a fact, with a sentence that is the same for all facts it holds for",
        Fault::Stack => "recurse less deeply, or use a list of what is left to do",
        Fault::Panic(_) => {
            "mend the place that it names, and keep the facts that led there as a case of `keyreeve rule test`"
        }
        Fault::Unreachable | Fault::Trap(_) => {
            "have it say why before it traps: keyreeve:policy/diagnostics takes the message of a panic"
        }
        Fault::Refused(_) => {
            "answer undetermined for a fact that cannot be judged: an error is for a rule that can judge nothing"
        }
        Fault::Nonsense(_) => "mend what it says: the doc comments of the contract (wit/) say what each field may hold",
        Fault::Settings(_) => "have it accept the defaults that it declares itself",
        Fault::Types { .. } => "build it against the unchanged wit files of the contract",
    }
}
