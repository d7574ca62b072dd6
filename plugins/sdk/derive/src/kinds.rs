//! The kinds of fact that the contract in wit/ has, as Rust: bindings of each interface, its record as a fact, its
//! sample. Not the bindings themselves, which wit-bindgen generates, one world for each kind.

use std::path::{Path, PathBuf};

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Error, Ident, LitStr, Result};
use wit_parser::{Interface, Resolve, Type, TypeDefKind};

/// A kind of fact.
struct Kind {
    /// The interface.
    name: String,
    /// Types that the interface defines.
    types: Vec<String>,
    /// The record that it judges lists of.
    fact: String,
}

/// The bindings of every interface in the folder that judges facts.
pub(crate) fn expand(folder: &LitStr) -> Result<TokenStream> {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let path = manifest.join(folder.value());
    let wrong = |reason: String| Error::new_spanned(folder, format!("{}: {reason}", path.display()));
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(&path).map_err(|error| wrong(format!("{error:#}")))?;
    let package = &resolve.packages[package];
    let version = package.name.version.as_ref().ok_or_else(|| wrong("the package has no version".to_owned()))?;
    let interfaces = package.interfaces.values().map(|id| &resolve.interfaces[*id]);
    let kinds: Vec<Kind> = interfaces.filter_map(|interface| kind(&resolve, interface)).collect();
    let modules = kinds.iter().map(|kind| kind.module(folder, &version.to_string()));
    let (names, types) = (kinds.iter().map(Kind::module_name), kinds.iter().map(Kind::type_names));
    let watched = watched(&path);
    Ok(quote! {
        #(#modules)*

        /// The facts, and the types that only one kind has.
        pub mod facts {
            #(pub use super::#names::{#(#types),*};)*
        }

        // Compiles anew what is made of the contract when it changes.
        #(const _: &[u8] = include_bytes!(#watched);)*
    })
}

/// An interface with a function `check` of a scan and a list of records.
fn kind(resolve: &Resolve, interface: &Interface) -> Option<Kind> {
    let Type::Id(list) = interface.functions.get("check")?.params.get(1)?.ty else { return None };
    let TypeDefKind::List(Type::Id(fact)) = resolve.types[list].kind else { return None };
    let types = interface.types.iter().filter(|(name, id)| match resolve.types[**id].kind {
        // What it uses of another interface has the same name there.
        TypeDefKind::Type(Type::Id(of)) => resolve.types[of].name.as_ref() != Some(name),
        _ => true,
    });
    let types = types.map(|(name, _)| name.clone()).collect();
    Some(Kind { name: interface.name.clone()?, types, fact: resolve.types[fact].name.clone()? })
}

/// The files of the contract.
fn watched(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = entries.filter(|path| path.extension().is_some_and(|extension| extension == "wit"));
    let mut files: Vec<String> = files.map(|path| path.display().to_string()).collect();
    files.sort();
    files
}

impl Kind {
    fn module_name(&self) -> Ident {
        Ident::new(&snake(&self.name), Span::call_site())
    }

    fn type_names(&self) -> Vec<Ident> {
        self.types.iter().map(|name| Ident::new(&camel(name), Span::call_site())).collect()
    }

    fn module(&self, folder: &LitStr, version: &str) -> TokenStream {
        let (name, module, types) = (&self.name, self.module_name(), self.type_names());
        let (fact, sample) =
            (Ident::new(&camel(&self.fact), Span::call_site()), format_ident!("{}", snake(&self.fact)));
        let export = format_ident!("export_{module}");
        let export_name = export.to_string();
        let world =
            format!("package keyreeve:guest-{name}; world {name}-alone {{ export keyreeve:policy/{name}@{version}; }}");
        let shared = format!("keyreeve:policy/types@{version}");
        quote! {
            pub mod #module {
                wit_bindgen::generate!({
                    path: #folder,
                    inline: #world,
                    additional_derives: [Clone, PartialEq],
                    generate_all,
                    with: { #shared: crate::bindings::rule::keyreeve::policy::types },
                    pub_export_macro: true,
                    export_macro_name: #export_name,
                });

                pub use exports::keyreeve::policy::#module::{Guest, #(#types),*};
                pub use #export as export;
                pub use #fact as Fact;

                impl crate::Fact for #fact {
                    fn context(&self) -> &crate::Context {
                        &self.context
                    }

                    fn unknowns(&self) -> &[crate::Unknown] {
                        &self.unknown
                    }
                }

                // A kind has a sample for tests.
                const _: fn() -> #fact = crate::sample::#sample;
            }
        }
    }
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

fn camel(name: &str) -> String {
    name.split('-').map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}
