;; The pieces of a rule that behaves: every file beside this one names those it takes as (;piece;) and writes the others itself.
;; Addresses: 512 answers of configure and check, 1024 the record of describe, 2048 texts, 4096 findings, 65536 the heap.

;;; memory
  (memory (export "memory") 4)
  (global $heap (mut i32) (i32.const 65536))
  (func (export "cabi_realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $at) (local.get $size)))
    (local.get $at))
  ;; Stores a text: where it lies, and how long it is.
  (func $text (param $into i32) (param $at i32) (param $length i32)
    (i32.store (local.get $into) (local.get $at))
    (i32.store offset=4 (local.get $into) (local.get $length)))
  (data (i32.const 2048) "{id}")
  (data (i32.const 2112) "1.0.0")
  (data (i32.const 2128) "a hostile rule")
  (data (i32.const 2160) "S5")
  (data (i32.const 2176) "limits are worth what hits them")

;;; describe
  (func $describe (export "keyreeve:policy/rule@1.1.0#describe") (result i32)
    (call $text (i32.const 1024) (i32.const 2048) (i32.const {id-length}))
    (call $text (i32.const 1032) (i32.const 2112) (i32.const 5))
    (call $text (i32.const 1040) (i32.const 2128) (i32.const 14))
    (call $text (i32.const 1048) (i32.const 2160) (i32.const 2))
    (call $text (i32.const 1056) (i32.const 2176) (i32.const 31))
    ;; severity, settings, reads and attributes: all zero, so low and none
    (i32.const 1024))

;;; configure
  (func (export "keyreeve:policy/rule@1.1.0#configure") (param i32 i32) (result i32)
    (i32.const 512))

;;; finding
  (data (i32.const 2240) "something is wrong")
  ;; Makes an answer of so many findings from 4096 on, 60 bytes each, and the first of them: fact 0, violation, low.
  (func $answer (param $count i32) (result i32)
    (call $text (i32.const 516) (i32.const 4096) (local.get $count))
    (call $text (i32.const 4132) (i32.const 2240) (i32.const 18))
    (call $text (i32.const 4140) (i32.const 2240) (i32.const 18))
    (i32.const 512))

;;; check
  (func (export "keyreeve:policy/keys@1.1.0#check") (param i64 i32 i32 i32 i32) (result i32)
    (i32.const 512))

;;; rule
  (;memory;)
  (;describe;)
  (;configure;)

;;; head
  (func (export "keyreeve:policy/keys@1.1.0#check") (param $as-of i64) (param i32 i32) (param $facts i32) (param $count i32) (result i32)
