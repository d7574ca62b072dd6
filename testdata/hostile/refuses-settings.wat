;; Accepts no settings, not even its own defaults.
;; Limit: none: a rule that is not configured has not judged.
(module
  (;memory;)
  (;describe;)
  (;check;)
  (data (i32.const 2300) "bits must be more than there are")
  (func (export "keyreeve:policy/rule@1.1.0#configure") (param i32 i32) (result i32)
    (i32.store8 (i32.const 528) (i32.const 1))
    (call $text (i32.const 532) (i32.const 2300) (i32.const 32))
    (i32.const 528)))
