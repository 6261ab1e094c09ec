//! Layers: a tar archive of one file, in a gzip member that does not compress.

/// Seconds since 1970 of 2026-11-20T09:00:00Z.
const MODIFIED: u64 = 1_795_165_200;
/// The polynomial of CRC-32, reflected.
const POLYNOMIAL: u32 = 0xEDB8_8320;
const BLOCK: usize = 512;

/// A POSIX `ustar` archive with the one file `name`.
pub(super) fn tar(name: &str, content: &str) -> Vec<u8> {
    let header = |checksum: &str| {
        let mut header = Vec::with_capacity(BLOCK);
        field(&mut header, name, 100);
        field(&mut header, "0000755", 8);
        field(&mut header, "0000000", 8);
        field(&mut header, "0000000", 8);
        field(&mut header, &format!("{:011o}", content.len()), 12);
        field(&mut header, &format!("{MODIFIED:011o}"), 12);
        field(&mut header, checksum, 8);
        field(&mut header, "0", 1);
        field(&mut header, "", 100);
        field(&mut header, "ustar\x0000", 8);
        header.resize(BLOCK, 0);
        header
    };
    // The checksum is taken over a header in which it is eight spaces.
    let sum: u32 = header("        ").iter().map(|byte| u32::from(*byte)).sum();
    let mut archive = header(&format!("{sum:06o}\0 "));
    archive.extend_from_slice(content.as_bytes());
    archive.resize(archive.len().next_multiple_of(BLOCK), 0);
    // Two empty blocks end an archive.
    archive.extend_from_slice(&[0; BLOCK]);
    archive.extend_from_slice(&[0; BLOCK]);
    archive
}

fn field(header: &mut Vec<u8>, text: &str, width: usize) {
    let end = header.len().saturating_add(width);
    header.extend(text.bytes().take(width));
    header.resize(end, 0);
}

/// A gzip member (RFC 1952) of stored blocks (RFC 1951, section 3.2.4): the same bytes whatever
/// compressor is at hand.
pub(super) fn gzip(content: &[u8]) -> Vec<u8> {
    // No name, no date, unknown file system.
    let mut member = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut blocks = content.chunks(usize::from(u16::MAX)).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        member.push(u8::from(blocks.peek().is_none()));
        member.extend_from_slice(&length.to_le_bytes());
        member.extend_from_slice(&(!length).to_le_bytes());
        member.extend_from_slice(block);
    }
    member.extend_from_slice(&crc32(content).to_le_bytes());
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    member.extend_from_slice(&length.to_le_bytes());
    member
}

fn crc32(content: &[u8]) -> u32 {
    !content.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| match crc & 1 {
            1 => (crc >> 1) ^ POLYNOMIAL,
            _ => crc >> 1,
        })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_check_value_of_crc_32() {
        assert_eq!(super::crc32(b"123456789"), 0xCBF4_3926);
    }
}
