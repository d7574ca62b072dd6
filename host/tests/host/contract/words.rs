//! A package of WIT in words: each item with its definition, names of types with the interface that defines them.
//! Documentation is left out, so that two packages can be compared by their meaning.

use std::collections::BTreeMap;
use std::path::Path;

use wit_parser::{
    Function, Handle, Interface, InterfaceId, PackageId, Resolve, Result_, Type, TypeDef, TypeDefKind, TypeOwner,
    World, WorldItem, WorldKey,
};

/// A package with all that it refers to.
pub(crate) struct Package {
    pub(crate) resolve: Resolve,
    id: PackageId,
}

impl Package {
    /// Reads the .wit files of a folder.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut resolve = Resolve::default();
        let (id, _) = resolve.push_dir(folder).unwrap();
        Self { resolve, id }
    }

    /// Reads a package from one text.
    pub(crate) fn parse(text: &str) -> Self {
        let mut resolve = Resolve::default();
        let id = resolve.push_str("contract.wit", text).unwrap_or_else(|error| panic!("{error:#}"));
        Self { resolve, id }
    }

    /// Its name and version.
    pub(crate) fn name(&self) -> &wit_parser::PackageName {
        &self.resolve.packages[self.id].name
    }

    /// Its documentation.
    pub(crate) fn docs(&self) -> &str {
        self.resolve.packages[self.id].docs.contents.as_deref().unwrap_or_default()
    }

    /// Its interfaces by name, in the order of its files.
    pub(crate) fn interfaces(&self) -> impl Iterator<Item = (&str, &Interface)> {
        let interfaces = self.resolve.packages[self.id].interfaces.iter();
        interfaces.map(|(name, &id)| (name.as_str(), &self.resolve.interfaces[id]))
    }

    /// Its worlds by name, in the order of its files.
    pub(crate) fn worlds(&self) -> impl Iterator<Item = (&str, &World)> {
        let worlds = self.resolve.packages[self.id].worlds.iter();
        worlds.map(|(name, &id)| (name.as_str(), &self.resolve.worlds[id]))
    }

    /// Everything in it by kind and name (`type keys.role`), with what it is (`enum { private, public, request }`).
    pub(crate) fn items(&self) -> BTreeMap<String, String> {
        let mut items = BTreeMap::new();
        for (name, interface) in self.interfaces() {
            items.insert(format!("interface {name}"), String::new());
            for (function, is) in &interface.functions {
                items.insert(format!("function {name}.{function}"), self.function(is));
            }
            for (of_interface, definition) in self.definitions(interface) {
                items.insert(format!("type {name}.{of_interface}"), self.definition(definition));
            }
        }
        for (name, world) in self.worlds() {
            items.insert(format!("world {name}"), self.world(world));
        }
        items
    }

    /// The types that an interface defines; not those that it uses of others.
    pub(crate) fn definitions<'a>(
        &'a self,
        interface: &'a Interface,
    ) -> impl Iterator<Item = (&'a str, &'a TypeDef)> + 'a {
        let types = interface.types.iter().map(|(name, &id)| (name.as_str(), &self.resolve.types[id]));
        types.filter(|(_, definition)| self.used(definition).is_none())
    }

    /// The type of another interface that a definition only gives a name here.
    fn used<'a>(&'a self, definition: &'a TypeDef) -> Option<&'a TypeDef> {
        let TypeDefKind::Type(Type::Id(id)) = definition.kind else { return None };
        let target = &self.resolve.types[id];
        (target.name.is_some() && target.owner != definition.owner).then_some(target)
    }

    /// What a definition says: `record { as-of: types.timestamp, … }`.
    pub(crate) fn definition(&self, definition: &TypeDef) -> String {
        let list = |items: Vec<String>| items.join(", ");
        match &definition.kind {
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter().map(|field| format!("{}: {}", field.name, self.spell(&field.ty)));
                format!("record {{ {} }}", list(fields.collect()))
            }
            TypeDefKind::Enum(cases) => {
                format!("enum {{ {} }}", list(cases.cases.iter().map(|case| case.name.clone()).collect()))
            }
            TypeDefKind::Flags(flags) => {
                format!("flags {{ {} }}", list(flags.flags.iter().map(|flag| flag.name.clone()).collect()))
            }
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter().map(|case| match &case.ty {
                    Some(payload) => format!("{}({})", case.name, self.spell(payload)),
                    None => case.name.clone(),
                });
                format!("variant {{ {} }}", list(cases.collect()))
            }
            anonymous => self.anonymous(anonymous),
        }
    }

    /// A type where it is used: a name with its interface, or what it is made of.
    pub(crate) fn spell(&self, ty: &Type) -> String {
        let Type::Id(id) = ty else { return format!("{ty:?}").to_lowercase() };
        let mut definition = &self.resolve.types[*id];
        while let Some(target) = self.used(definition) {
            definition = target;
        }
        match (&definition.name, definition.owner) {
            (Some(name), TypeOwner::Interface(interface)) => format!("{}.{name}", self.interface(interface)),
            (Some(name), _) => name.clone(),
            (None, _) => self.anonymous(&definition.kind),
        }
    }

    /// What defines the type of a field, or of what is in it: of `list<unknown>`, `unknown`.
    pub(crate) fn named(&self, ty: &Type) -> Option<&TypeDef> {
        let Type::Id(id) = ty else { return None };
        let definition = &self.resolve.types[*id];
        match &definition.kind {
            TypeDefKind::Type(inner @ Type::Id(_)) => self.named(inner),
            TypeDefKind::List(inner) | TypeDefKind::Option(inner) if definition.name.is_none() => self.named(inner),
            _ => Some(definition),
        }
    }

    fn anonymous(&self, kind: &TypeDefKind) -> String {
        let maybe = |ty: &Option<Type>| ty.as_ref().map_or_else(|| "_".to_owned(), |ty| self.spell(ty));
        match kind {
            TypeDefKind::List(inner) => format!("list<{}>", self.spell(inner)),
            TypeDefKind::Option(inner) => format!("option<{}>", self.spell(inner)),
            TypeDefKind::Result(Result_ { ok, err }) => format!("result<{}, {}>", maybe(ok), maybe(err)),
            TypeDefKind::Tuple(tuple) => {
                format!("tuple<{}>", tuple.types.iter().map(|ty| self.spell(ty)).collect::<Vec<_>>().join(", "))
            }
            TypeDefKind::Type(inner) => self.spell(inner),
            TypeDefKind::Handle(Handle::Own(_) | Handle::Borrow(_)) | TypeDefKind::Resource => {
                panic!("the contract has no resources: facts and findings are values")
            }
            other => panic!("the contract has no {}", other.as_str()),
        }
    }

    /// `func(scan: types.scan, …) -> …`
    pub(crate) fn function(&self, function: &Function) -> String {
        let parameters: Vec<String> =
            function.params.iter().map(|param| format!("{}: {}", param.name, self.spell(&param.ty))).collect();
        let result = function.result.as_ref().map_or_else(String::new, |ty| format!(" -> {}", self.spell(ty)));
        format!("func({}){result}", parameters.join(", "))
    }

    /// What a world imports and exports, `types` included, which the others bring along.
    fn world(&self, world: &World) -> String {
        let words = |direction: &str, items: &mut dyn Iterator<Item = (&WorldKey, &WorldItem)>| {
            let mut words: Vec<String> = items.map(|(key, _)| format!("{direction} {}", self.key(key))).collect();
            words.sort();
            words.join("; ")
        };
        let (mut imports, mut exports) = (world.imports.iter(), world.exports.iter());
        format!("{}; {}", words("import", &mut imports), words("export", &mut exports))
    }

    /// The name under which a world has something.
    pub(crate) fn key(&self, key: &WorldKey) -> String {
        match key {
            WorldKey::Name(name) => name.clone(),
            WorldKey::Interface(id) => self.interface(*id),
        }
    }

    fn interface(&self, id: InterfaceId) -> String {
        self.resolve.interfaces[id].name.clone().unwrap_or_default()
    }
}
