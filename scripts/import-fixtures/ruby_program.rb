# Lets devise-two-factor write what the import's tests read.
#
# Usage: ruby_program.rb FILE, with the Debian package ruby-devise-two-factor. Times are fixed; seeds and
# codes are whatever the program draws.
require "json"
require "logger"
require "active_model"
require "active_support"
require "active_support/all"
require "devise"
require "devise-two-factor"
require "devise_two_factor/version"

START = 1_800_000_007

class User
  extend ActiveModel::Callbacks
  include ActiveModel::Validations
  include ActiveModel::Validations::Callbacks
  extend Devise::Models
  define_model_callbacks :update
  attr_accessor :encrypted_password, :consumed_timestep, :otp_backup_codes, :otp_secret
  def self.human_attribute_name(*) = "x"
  def save(**) = true
  # `otp_secret` is decrypted by the model, whatever it is stored as.
  devise :two_factor_authenticatable, :two_factor_backupable,
         otp_secret_encryption_key: "k" * 32, otp_number_of_backup_codes: 5, stretches: 11
end

def at(seconds)
  Time.singleton_class.class_eval { define_method(:now) { Time.at(seconds) } }
end

user = User.new
user.otp_secret = User.generate_otp_secret
at(START - 300)
raise "not accepted" unless user.validate_and_consume_otp!(user.current_otp)
before = user.current_otp
codes = user.generate_otp_backup_codes!
raise "not accepted" unless user.invalidate_otp_backup_code!(codes[1])

File.write(ARGV[0], JSON.pretty_generate(
  written_by: "devise-two-factor #{DeviseTwoFactor::VERSION} (Debian)",
  export: {
    otp_secret: user.otp_secret,
    consumed_timestep: user.consumed_timestep,
    otp_backup_codes: user.otp_backup_codes,
  },
  code_before: before,
  code_now: user.otp.at(START), code_later: user.otp.at(START + 60),
  codes: codes, spent_code: codes[1]
) + "\n")
