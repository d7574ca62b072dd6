;; Cites one statement a thousand times.
;; Limit: what a rule may say of itself.
(module
  (;memory;)
  (;configure;)
  (;check;)
  (func $describe (result i32)
    (call $text (i32.const 1024) (i32.const 2048) (i32.const {id-length}))
    (call $text (i32.const 1032) (i32.const 2112) (i32.const 5))
    (call $text (i32.const 1040) (i32.const 2128) (i32.const 14))
    (call $text (i32.const 1048) (i32.const 2160) (i32.const 2))
    (call $text (i32.const 1056) (i32.const 2176) (i32.const 31))
    (i32.const 1024))
  (func (export "keyreeve:policy/rule@1.1.0#describe") (result i32)
    (local $at i32)
    (drop (call $describe))
    (call $text (i32.const 1048) (i32.const 16384) (i32.const 2999))
    (memory.fill (i32.const 16384) (i32.const 32) (i32.const 3000))
    (loop $again
      (i32.store16 (i32.add (i32.const 16384) (local.get $at)) (i32.const 0x3553))
      (br_if $again (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 3))) (i32.const 3000))))
    (i32.const 1024)))
