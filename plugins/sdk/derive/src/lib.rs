//! The macros of `keyreeve-rule`: they turn a plain struct into the settings of a rule, and the contract's kinds of
//! fact into modules. What settings and facts mean to an author is explained in `keyreeve-rule`.

mod field;
mod kinds;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Result, parse_macro_input};

use field::Field;

/// Declares the settings of a rule: a struct with named fields, each with a doc comment, a type that settings can have,
/// and `#[setting(default = …)]`. Implements `Settings` and `Default`.
#[proc_macro_derive(Settings, attributes(setting))]
pub fn settings(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// Makes a module of each kind of fact in a folder of WIT, named relative to the crate's own folder, and one of all
/// their types. Only for `keyreeve-rule`.
#[doc(hidden)]
#[proc_macro]
pub fn kinds(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let folder = parse_macro_input!(input as syn::LitStr);
    kinds::expand(&folder).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let fields = fields(input)?;
    let name = &input.ident;
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let names = fields.iter().map(|field| &field.name);
    let docs = fields.iter().map(|field| &field.doc);
    let defaults = fields.iter().map(|field| &field.default);
    let reads = fields.iter().map(Field::read);
    let are_settings = fields.iter().map(Field::is_a_setting);
    Ok(quote! {
        #(#are_settings)*

        impl ::core::default::Default for #name {
            fn default() -> Self {
                Self { #( #idents: #defaults, )* }
            }
        }

        impl ::keyreeve_rule::Settings for #name {
            fn declare() -> ::std::vec::Vec<::keyreeve_rule::Setting> {
                let default = Self::default();
                ::std::vec![ #( ::keyreeve_rule::guest::setting(#names, default.#idents, #docs), )* ]
            }

            fn read(
                values: ::std::vec::Vec<(::std::string::String, ::keyreeve_rule::Value)>,
            ) -> ::core::result::Result<Self, ::std::string::String> {
                let mut settings = Self::default();
                for (name, value) in values {
                    match name.as_str() {
                        #( #reads )*
                        _ => return ::core::result::Result::Err(::keyreeve_rule::guest::unknown_setting(&name)),
                    }
                }
                ::core::result::Result::Ok(settings)
            }
        }
    })
}

/// The fields of a struct, or every complaint about them at once.
fn fields(input: &DeriveInput) -> Result<Vec<Field>> {
    if !input.generics.params.is_empty() {
        return Err(Error::new_spanned(&input.generics, "settings have no parameters: name the types of the fields"));
    }
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "settings are a struct with a field for each"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "settings have names: write a struct with named fields"));
    };
    let (mut read, mut complaint) = (Vec::new(), None::<Error>);
    for field in &fields.named {
        match Field::new(field) {
            Ok(field) => read.push(field),
            Err(error) => match &mut complaint {
                Some(complaint) => complaint.combine(error),
                None => complaint = Some(error),
            },
        }
    }
    complaint.map_or(Ok(read), Err)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use syn::parse_quote;

    use super::*;

    fn complaints(input: &DeriveInput) -> Vec<String> {
        expand(input).unwrap_err().into_iter().map(|error| error.to_string()).collect()
    }

    #[test]
    fn a_field_without_doc_comment_or_default_is_told_what_it_lacks_and_all_are_told_at_once() {
        let input = parse_quote! {
            struct Settings {
                #[setting(default = 1)]
                undocumented: i64,
                /// Documented.
                without_default: bool,
                /// Right.
                #[setting(default = 3)]
                right: i64,
            }
        };
        let [undocumented, without_default] = &complaints(&input)[..] else { panic!("two complaints") };
        assert!(undocumented.starts_with("the setting undocumented has no doc comment"), "{undocumented}");
        assert!(without_default.starts_with("the setting without-default has no default"), "{without_default}");
    }

    #[test]
    fn what_is_no_struct_with_named_fields_is_refused() {
        for (input, complaint) in [
            (parse_quote! { enum Settings { A } }, "settings are a struct with a field for each"),
            (parse_quote! { struct Settings(bool); }, "settings have names: write a struct with named fields"),
            (parse_quote! { struct Settings<T> { a: T } }, "settings have no parameters: name the types of the fields"),
        ] {
            assert_eq!(complaints(&input), [complaint]);
        }
    }

    #[test]
    fn an_attribute_that_says_something_else_is_refused() {
        for input in [
            parse_quote! { struct Settings {
                /// A.
                #[setting(value = 1)]
                a: i64,
            } },
            parse_quote! { struct Settings {
                /// A.
                #[setting(default = 1, default = 2)]
                a: i64,
            } },
            parse_quote! { struct Settings {
                /// A.
                #[setting(default)]
                a: i64,
            } },
        ] {
            let complaints = complaints(&input);
            assert!(complaints[0].contains("default"), "{complaints:?}");
        }
    }
}
