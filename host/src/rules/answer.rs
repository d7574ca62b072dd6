//! Checks what a rule answers: it is untrusted, and what is kept of it must be in proportion to what was asked.
//! Not whether the answer is right.

use super::contract::{Finding, Part};
use super::limits::{Fault, TEXT_BYTES};

/// Findings for one fact, on average over a call.
const FINDINGS_PER_FACT: usize = 32;
/// Bytes that a call may answer, and further ones for each fact.
const BYTES: usize = 64 * 1024;
const BYTES_PER_FACT: usize = 8 * 1024;
/// Bytes of the name of a field.
const FIELD_BYTES: usize = 256;

/// Whether findings about so many facts can be: within their facts, in a sane number, of a sane size.
pub(super) fn sane(findings: &[Finding], facts: usize) -> Result<(), Fault> {
    if findings.len() > facts * FINDINGS_PER_FACT {
        return Err(Fault::Nonsense(format!("{} findings about {facts} facts", findings.len())));
    }
    let (mut bytes, most) = (0, BYTES + BYTES_PER_FACT * facts);
    for finding in findings {
        if finding.fact as usize >= facts {
            return Err(Fault::Nonsense(format!("a finding about fact {} of {facts}", finding.fact)));
        }
        if finding.message.trim().is_empty() {
            return Err(Fault::Nonsense("a finding without a message".to_owned()));
        }
        bytes += size(finding)?;
        if bytes > most {
            return Err(Fault::Nonsense(format!("more than {most} bytes about {facts} facts")));
        }
    }
    Ok(())
}

/// Bytes that are kept of a finding, if each of its texts is of a sane size.
fn size(finding: &Finding) -> Result<usize, Fault> {
    let attributes = finding.attributes.iter().flat_map(|(name, value)| [name, value]);
    let texts = [&finding.message, &finding.remedy].into_iter().chain(attributes);
    let texts = sum(texts, TEXT_BYTES)?;
    let fields = finding.part.iter().chain(&finding.related).map(|part| &part.field);
    let fields = sum(fields, FIELD_BYTES)?;
    Ok(size_of::<Finding>() + texts + fields + finding.related.len() * size_of::<Part>())
}

fn sum<'a>(texts: impl Iterator<Item = &'a String>, most: usize) -> Result<usize, Fault> {
    let mut bytes = 0;
    for text in texts {
        if text.len() > most {
            return Err(Fault::Nonsense(format!("a text of {} bytes, and {most} is the most", text.len())));
        }
        bytes += size_of::<String>() + text.len();
    }
    Ok(bytes)
}
