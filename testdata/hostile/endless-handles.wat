;; Makes handles to a resource without end, which the host keeps for it.
;; Limit: the number of handles.
(component
  (type $thing (resource (rep i32)))
  (core func $new (canon resource.new $thing))
  (core module $caller
    (import "thing" "new" (func $new (param i32) (result i32)))
    (func $start
      (loop $again
        (drop (call $new (i32.const 0)))
        (br $again)))
    (start $start))
  (core instance (instantiate $caller (with "thing" (instance (export "new" (func $new))))))
  (core module $code
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $code (instantiate $code))
  (func $f (result u32) (canon lift (core func $code "f")))
  (instance $rule (export "describe" (func $f)) (export "configure" (func $f)))
  (instance $keys (export "check" (func $f)))
  (export "keyreeve:policy/rule@1.1.0" (instance $rule))
  (export "keyreeve:policy/keys@1.1.0" (instance $keys)))
