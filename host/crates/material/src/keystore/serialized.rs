//! Skips one object of Java's serialisation (Java Object Serialization Specification, section 6), which does not state
//! its length. Only the byte arrays in it are returned.

use crate::asn1::Malformed;
use crate::fields::Fields;

/// How deeply objects may be nested; a SealedObject needs three levels.
const DEPTH: u32 = 16;
/// How many classes and objects a stream may have.
const MOST_HANDLES: usize = 1000;
const HEADER: u32 = 0xaced_0005;
const END_BLOCK: u8 = 0x78;
// Flags of a class.
const WRITE_METHOD: u8 = 1;
const SERIALIZABLE: u8 = 2;

/// Skips the stream at the start of these fields, and returns its arrays of bytes.
pub(super) fn skip<'a>(fields: &mut Fields<'a>) -> Result<Vec<&'a [u8]>, Malformed> {
    if fields.u32()? != HEADER {
        return Err(Malformed("a secret key of it is no serialised object"));
    }
    let mut stream = Stream { fields, handles: Vec::new(), arrays: Vec::new() };
    stream.content(DEPTH)?;
    Ok(stream.arrays)
}

/// A class as the stream describes it.
#[derive(Debug, Clone, Default)]
struct Class<'a> {
    name: &'a [u8],
    flags: u8,
    /// The type of each field by its letter.
    fields: Vec<u8>,
    parent: Option<usize>,
}

struct Stream<'f, 'a> {
    fields: &'f mut Fields<'a>,
    /// The numbered objects so far; `None` for those that are not classes.
    handles: Vec<Option<Class<'a>>>,
    arrays: Vec<&'a [u8]>,
}

impl<'a> Stream<'_, 'a> {
    /// One element of the stream. Returns its letter.
    fn content(&mut self, depth: u32) -> Result<u8, Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed("the objects of it are nested too deeply"))?;
        let kind = self.fields.u8()?;
        match kind {
            0x70 | END_BLOCK => {}
            0x71 => drop(self.fields.u32()?),
            0x72 => drop(self.class_body(depth)?),
            0x73 => self.object(depth)?,
            0x74 => {
                self.number(None)?;
                self.fields.short()?;
            }
            0x75 => self.array(depth)?,
            0x77 => {
                let length = self.fields.u8()?;
                self.fields.take(length.into())?;
            }
            0x7a => drop(self.fields.long()?),
            _ => return Err(Malformed("a serialised object of it has an element that is not known")),
        }
        Ok(kind)
    }

    fn number(&mut self, class: Option<Class<'a>>) -> Result<usize, Malformed> {
        if self.handles.len() == MOST_HANDLES {
            return Err(Malformed("a serialised object of it has too many parts"));
        }
        self.handles.push(class);
        Ok(self.handles.len() - 1)
    }

    /// A class: described here, a reference, or null.
    fn class(&mut self, depth: u32) -> Result<Option<usize>, Malformed> {
        match self.fields.u8()? {
            0x70 => Ok(None),
            0x71 => {
                let handle = self.fields.u32()?.wrapping_sub(0x7e_0000) as usize;
                let known = self.handles.get(handle).is_some_and(Option::is_some);
                known.then_some(Some(handle)).ok_or(Malformed("a serialised object of it refers to no class"))
            }
            0x72 => self.class_body(depth).map(Some),
            _ => Err(Malformed("a serialised object of it has no class")),
        }
    }

    fn class_body(&mut self, depth: u32) -> Result<usize, Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed("the classes of it are nested too deeply"))?;
        let name = self.fields.short()?;
        self.fields.take(8)?;
        let handle = self.number(Some(Class { name, ..Class::default() }))?;
        let flags = self.fields.u8()?;
        let count = self.fields.u16()?;
        let mut fields = Vec::new();
        for _ in 0..count {
            let kind = self.fields.u8()?;
            self.fields.short()?;
            if matches!(kind, b'[' | b'L') {
                self.content(depth)?;
            }
            fields.push(kind);
        }
        self.annotations(depth)?;
        let parent = self.class(depth)?;
        self.handles[handle] = Some(Class { name, flags, fields, parent });
        Ok(handle)
    }

    fn annotations(&mut self, depth: u32) -> Result<(), Malformed> {
        while self.content(depth)? != END_BLOCK {}
        Ok(())
    }

    /// An object: its class, and the values of the fields, for each class from the topmost down.
    fn object(&mut self, depth: u32) -> Result<(), Malformed> {
        let class = self.class(depth)?;
        self.number(None)?;
        let mut line = Vec::new();
        let mut next = class;
        while let Some(handle) = next.filter(|_| line.len() < DEPTH as usize) {
            let class = self.handles[handle].clone().unwrap_or_default();
            next = class.parent;
            line.push(class);
        }
        for class in line.into_iter().rev() {
            if class.flags & SERIALIZABLE == 0 {
                return Err(Malformed("a serialised object of it writes itself in a way that is not known"));
            }
            for kind in class.fields {
                self.value(kind, depth)?;
            }
            if class.flags & WRITE_METHOD != 0 {
                self.annotations(depth)?;
            }
        }
        Ok(())
    }

    fn array(&mut self, depth: u32) -> Result<(), Malformed> {
        let class = self.class(depth)?.ok_or(Malformed("an array of it has no class"))?;
        self.number(None)?;
        let count = self.fields.u32()?;
        let element = self.handles[class].as_ref().and_then(|class| class.name.get(1).copied());
        if element == Some(b'B') {
            let length = usize::try_from(count).map_err(|_| Malformed("an array of it is far too long"))?;
            self.arrays.push(self.fields.take(length)?);
            return Ok(());
        }
        let element = element.ok_or(Malformed("an array of it has no type"))?;
        (0..count).try_for_each(|_| self.value(element, depth))
    }

    fn value(&mut self, kind: u8, depth: u32) -> Result<(), Malformed> {
        let length = match kind {
            b'B' | b'Z' => 1,
            b'C' | b'S' => 2,
            b'F' | b'I' => 4,
            b'D' | b'J' => 8,
            b'[' | b'L' => return self.content(depth).map(drop),
            _ => return Err(Malformed("a serialised object of it has a field of a type that is not known")),
        };
        self.fields.take(length).map(drop)
    }
}
