//! Scans of DC coefficients, which represent the blocks' means.

use super::{mcus, Bits, DcCode, Reader, Scan, Store};
use crate::fast::huffman::LOOKUP_BITS;

impl<const SIDE: usize> Store<'_, SIDE> {
    /// Reads such a scan. Nothing for a damaged one.
    pub(super) fn means(&mut self, scan: &Scan, reader: &mut Reader<'_>) -> Option<()> {
        if scan.refines {
            let bit = 1i16 << scan.low;
            return self.each_mean(scan, reader, |bits, _, _, mean| {
                bits.need(1);
                if bits.peek(1) == 1 {
                    *mean |= bit;
                }
                bits.take(1);
                Some(())
            });
        }
        let mut codes: [Option<Box<DcCode>>; 3] = Default::default();
        for &(index, dc, _) in &scan.components {
            let definition = self.tables.dc.get(dc)?.as_ref()?;
            *codes.get_mut(index)? = Some(Box::new(DcCode::new(definition)));
        }
        let mut predictions = [0i16; 3];
        self.each_mean(scan, reader, |bits, restarted, index, mean| {
            if restarted {
                predictions = [0; 3];
            }
            bits.need(LOOKUP_BITS);
            let difference = codes[index].as_deref()?.read(bits);
            predictions[index] = predictions[index].wrapping_add(difference);
            *mean = predictions[index].wrapping_shl(scan.low);
            Some(())
        })
    }

    /// Calls `read` for each block in the scan's order, with whether a restart marker precedes it,
    /// and the index of its component.
    #[inline(always)]
    fn each_mean<'d>(
        &mut self,
        scan: &Scan,
        reader: &mut Reader<'d>,
        mut read: impl FnMut(&mut Bits<'d>, bool, usize, &mut i16) -> Option<()>,
    ) -> Option<()> {
        let mut bits = reader.bits;
        if let &[(index, ..)] = &scan.components[..] {
            let plane = &mut self.planes[index];
            for row in 0..plane.rows {
                for column in 0..plane.columns {
                    let restarted = reader.next(&mut bits)?;
                    if reader.is_empty {
                        continue;
                    }
                    let block = row * plane.stride + column;
                    read(&mut bits, restarted, index, &mut plane.kept[SIDE * SIDE * block])?;
                    reader.check(&mut bits)?;
                }
            }
        } else {
            let (columns, rows) = mcus(&self.headers);
            for row in 0..rows {
                for column in 0..columns {
                    let mut restarted = reader.next(&mut bits)?;
                    if reader.is_empty {
                        continue;
                    }
                    for &(index, ..) in &scan.components {
                        let component = &self.headers.components[index];
                        let plane = &mut self.planes[index];
                        for down in 0..component.down {
                            let first = (row * component.down + down) * plane.stride;
                            for across in 0..component.across {
                                let block = first + column * component.across + across;
                                let mean = &mut plane.kept[SIDE * SIDE * block];
                                read(&mut bits, restarted, index, mean)?;
                                restarted = false;
                            }
                        }
                    }
                    reader.check(&mut bits)?;
                }
            }
        }
        reader.bits = bits;
        Some(())
    }
}
