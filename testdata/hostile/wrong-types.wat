;; Exports the right names with wrong types.
;; Limit: the types of the contract.
(component
  (core module $code
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $code (instantiate $code))
  (func $f (result u32) (canon lift (core func $code "f")))
  (instance $rule (export "describe" (func $f)) (export "configure" (func $f)))
  (instance $keys (export "check" (func $f)))
  (export "keyreeve:policy/rule@1.1.0" (instance $rule))
  (export "keyreeve:policy/keys@1.1.0" (instance $keys)))
