;; Reads a field that its facts do not have, by a slip of the pen.
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
  (data (i32.const 2300) "keys.public.bit")
  (func (export "keyreeve:policy/rule@1.1.0#describe") (result i32)
    (drop (call $describe))
    (call $text (i32.const 8192) (i32.const 2300) (i32.const 15))
    (call $text (i32.const 1076) (i32.const 8192) (i32.const 1))
    (i32.const 1024)))
