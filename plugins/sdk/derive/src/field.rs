//! One field of a struct of settings, with what its attributes say. Not the code for the whole struct.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Attribute, Error, Expr, ExprLit, Ident, Lit, Meta, Result, Type};

/// A setting.
pub(crate) struct Field {
    /// The field.
    pub(crate) ident: Ident,
    /// The setting's name: the field's, with hyphens.
    pub(crate) name: String,
    /// What it does: the doc comment.
    pub(crate) doc: String,
    /// The value if none is set.
    pub(crate) default: Expr,
    ty: Type,
}

impl Field {
    /// Reads a field. The error stands at the field, and says what is missing.
    pub(crate) fn new(field: &syn::Field) -> Result<Self> {
        let ident = field.ident.clone().ok_or_else(|| Error::new_spanned(field, "a setting has a name"))?;
        let name = ident.unraw().to_string().replace('_', "-");
        let doc = doc(&field.attrs);
        if doc.is_empty() {
            let complaint = format!("the setting {name} has no doc comment: write `///` and what it does above it");
            return Err(Error::new_spanned(&ident, complaint));
        }
        let default = default(&field.attrs)?.ok_or_else(|| {
            let complaint = format!("the setting {name} has no default: write `#[setting(default = …)]` above it");
            Error::new_spanned(&ident, complaint)
        })?;
        Ok(Self { ident, name, doc, default, ty: field.ty.clone() })
    }

    /// The arm that reads it.
    pub(crate) fn read(&self) -> TokenStream {
        let Self { ident, name, .. } = self;
        quote! { #name => settings.#ident = ::keyreeve_rule::guest::read_setting(&name, value)?, }
    }

    /// Makes the compiler point at the type, if no setting can have it.
    pub(crate) fn is_a_setting(&self) -> TokenStream {
        let ty = &self.ty;
        quote_spanned! { ty.span() =>
            const _: () = {
                const fn is_a_setting<T: ::keyreeve_rule::SettingType>() {}
                is_a_setting::<#ty>();
            };
        }
    }
}

/// The text of a doc comment.
fn doc(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) => Some(line.value()),
            _ => None,
        },
        _ => None,
    };
    attributes.iter().filter_map(line).collect::<Vec<_>>().concat().trim().to_owned()
}

/// What `#[setting(default = …)]` says.
fn default(attributes: &[Attribute]) -> Result<Option<Expr>> {
    let mut default = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("setting")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("default") || default.is_some() {
                return Err(meta.error("a setting has one `default = …`, and nothing else"));
            }
            default = Some(meta.value().map_err(|_| meta.error("write `default = …` with a value"))?.parse()?);
            Ok(())
        })?;
    }
    Ok(default)
}
